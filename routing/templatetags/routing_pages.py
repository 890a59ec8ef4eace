"""Filters of the operator's pages; the words are in routing/formats.py."""

from django import template

from routing import formats, reasons

register = template.Library()
register.filter("moment", formats.moment)
register.filter("clock", formats.clock)
register.filter("ago", formats.ago)
register.filter("duration", formats.duration)
register.filter("on_disk", formats.on_disk)
register.filter("changes", formats.changes)
register.filter("lasted", formats.lasted)
register.filter("door", formats.door)
register.filter("actor", formats.actor)
register.filter("reason", reasons.shown)
