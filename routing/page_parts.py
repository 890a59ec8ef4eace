"""What the operator's pages have in common."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from routing import strip, versions
from routing.errors import NoSuchVersion, ReasonNeeded, RoutingError, VersionGone
from routing.models import DeploymentVersion

DOOR = "admin"


def require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def version_or_404(number: int) -> DeploymentVersion:
    try:
        return versions.get(number)
    except NoSuchVersion as error:
        raise Http404(str(error)) from error


def status_of(refused: RoutingError | None) -> int:
    """Of the page that tells it; what was typed wrong is told by its form, with 200."""
    if refused is None or isinstance(refused, ReasonNeeded):
        return 200
    return 410 if isinstance(refused, VersionGone) else 409


def render(
    request: HttpRequest, admin: ModelAdmin, template: str, page: dict[str, Any], **kwargs: Any
) -> HttpResponse:
    request.current_app = admin.admin_site.name
    context = {
        **admin.admin_site.each_context(request),
        **strip.context(request),
        "opts": admin.opts,
        "media": admin.media,
        **page,
    }
    return TemplateResponse(request, template, context, **kwargs)
