"""What knowledge's own admin pages have in common."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from knowledge import telling

CHANGE = "knowledge.change_document"
ADD = "knowledge.add_document"
VIEW = "knowledge.view_document"


def require(request: HttpRequest, *permissions: str) -> None:
    """One of them is enough; who may change documents may look at them."""
    if not any(request.user.has_perm(permission) for permission in permissions):
        raise PermissionDenied


def render(
    request: HttpRequest, admin: ModelAdmin, template: str, page: dict[str, Any], **kwargs: Any
) -> HttpResponse:
    request.current_app = admin.admin_site.name
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "media": admin.media,
        "head": telling.page_head(request),
        **page,
    }
    return TemplateResponse(request, template, context, **kwargs)


def number(posted: str | None) -> int:
    """What a page posts back of a revision; 0 for none, and for what is no number."""
    return int(posted) if posted and posted.isdecimal() and len(posted) < 19 else 0
