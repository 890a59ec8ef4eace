"""What knowledge's own admin pages have in common."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from knowledge import telling

CHANGE = "knowledge.change_document"
ADD = "knowledge.add_document"
DELETE = "knowledge.delete_document"
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


def undo_address(by: str, at: datetime) -> str:
    """Of the page that undoes what one person deleted by one click."""
    query = urlencode({"by": by, "at": at.isoformat()})
    return f"{reverse('admin:knowledge_undo')}?{query}"


def number(posted: str | None) -> int:
    """What a page posts back of a revision; 0 for none, and for what is no number."""
    return int(posted) if posted and posted.isdecimal() and len(posted) < 19 else 0
