"""What knowledge's templates say in one way."""

from django import template

from knowledge import shown

register = template.Library()
register.filter("by", shown.by)
register.filter("reason", shown.reason)
