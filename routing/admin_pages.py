"""The operator's own pages: one version, the switch to it, and resume."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from routing import (
    activation,
    differences,
    gate_report,
    lexical,
    resuming,
    serving,
    strip,
    versions,
)
from routing.consent import ConsentForm
from routing.errors import EpochConflict, NoSuchVersion, RoutingError, VersionGone
from routing.forms import ActivateForm, RollbackForm
from routing.models import DeploymentVersion
from routing.permissions import ACTIVATE, VIEW

DOOR = "admin"


def version_page(request: HttpRequest, admin: ModelAdmin, number: int) -> HttpResponse:
    """What a version holds and changed, what its checks said, and each time it was served."""
    _require(request, VIEW)
    version = _version_or_404(number)
    page = {
        "title": _("Version %(label)s") % {"label": version.label},
        "version": version,
        "checks": gate_report.checks(version.gate),
        "activations": version.activations.select_related("previous").order_by("-epoch"),
    }
    return _render(request, admin, "routing/version.html", page)


def switch_page(request: HttpRequest, admin: ModelAdmin, number: int) -> HttpResponse:
    """From → to, what will revert, why; a plain form, so that it works without JavaScript."""
    _require(request, ACTIVATE)
    version = _version_or_404(number)
    seen = serving.now()
    active = seen.activation.version if seen.activation else None
    is_rollback = active is not None and number < active.number
    form_class = RollbackForm if is_rollback else ActivateForm
    refused: RoutingError | None = None
    form = form_class(request.POST or None, initial={"epoch": seen.epoch})
    found = differences.between(active.number, number) if active else None
    blamable = found.paths if found and is_rollback else []
    consent = ConsentForm(
        request.POST or None, paths=blamable, why_lexical=lexical.why_lexical(version)
    )
    if request.method == "POST" and form.is_valid() and consent.is_valid():
        try:
            return _switch(request, version, form, consent)
        except RoutingError as error:
            refused = error
            # What they saw is no longer so: they look at it again before they confirm.
            form = form_class(_refreshed(request, serving.now().epoch))
    page = {
        "title": _title(version, is_rollback),
        "version": version,
        "active": active,
        "is_rollback": is_rollback,
        "differences": found,
        "form": form,
        "consent": consent,
        "refused": refused,
        "conflict": isinstance(refused, EpochConflict),
    }
    return _render(request, admin, "routing/switch.html", page, status=_status(refused))


def resume_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """Shows what would go live, and whether it still holds what was rolled back."""
    _require(request, ACTIVATE)
    if request.method == "POST":
        activation.resume(actor=request.user.get_username(), door=DOOR)
        messages.success(request, _("Automatic updates go on. What waits goes live by itself."))
        return HttpResponseRedirect(reverse("admin:routing_deploymentversion_changelist"))
    page = {"title": _("Resume automatic updates"), "next": resuming.what_would_go_live()}
    return _render(request, admin, "routing/resume.html", page)


def _switch(
    request: HttpRequest, version: DeploymentVersion, form: ActivateForm, consent: ConsentForm
) -> HttpResponse:
    activation.activate(
        version.number,
        actor=request.user.get_username(),
        reason=form.words(),
        door=DOOR,
        epoch=form.cleaned_data["epoch"],
        **consent.wish(),
    )
    return HttpResponseRedirect(
        reverse("admin:routing_deploymentversion_change", args=[version.number])
    )


def _refreshed(request: HttpRequest, epoch: int) -> Any:
    data = request.POST.copy()
    data["epoch"] = str(epoch)
    return data


def _title(version: DeploymentVersion, is_rollback: bool) -> str:
    words = _("Roll back to %(label)s") if is_rollback else _("Activate %(label)s")
    return words % {"label": version.label}


def _status(refused: RoutingError | None) -> int:
    if refused is None:
        return 200
    return 410 if isinstance(refused, VersionGone) else 409


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _version_or_404(number: int) -> DeploymentVersion:
    try:
        return versions.get(number)
    except NoSuchVersion as error:
        raise Http404(str(error)) from error


def _render(
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
