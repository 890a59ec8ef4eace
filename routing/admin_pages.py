"""The operator's own pages: one version, the switch to it, and resume."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from retrieval.messages import told
from routing import (
    activation,
    answers,
    differences,
    gate_report,
    lexical,
    resuming,
    serving,
    sizes,
    text_diffs,
)
from routing import versions as all_versions
from routing.consent import ConsentForm
from routing.differences import Differences
from routing.errors import EpochConflict, RoutingError
from routing.forms import ActivateForm, OverrideForm, RollbackForm, SwitchForm
from routing.models import DeploymentVersion
from routing.page_parts import DOOR, render, require, status_of, version_or_404
from routing.permissions import ACTIVATE, OVERRIDE, VIEW
from routing.serving import Serving

State = DeploymentVersion.State


def version_page(request: HttpRequest, admin: ModelAdmin, number: int) -> HttpResponse:
    """What a version holds and changed, what its checks said, and each time it was served."""
    require(request, VIEW)
    version = version_or_404(number)
    page = {
        "title": _("Version #%(number)s") % {"number": version.number},
        "version": version,
        "size": sizes.of(version),
        "changed": _changed(version),
        "checks": gate_report.checks(version.gate),
        "pairs": answers.pairs(version.comparison),
        "activations": version.activations.select_related("previous").order_by("-epoch"),
        "decisions": version.decisions.all(),
        "may_override": request.user.has_perm(OVERRIDE),
    }
    return render(request, admin, "routing/version.html", page)


def _changed(version: DeploymentVersion) -> dict[str, Any] | None:
    """What readers would see change; None when there is nothing to read it from."""
    base = _before(version)
    if base is None or version.state == State.COLLECTED:
        return None
    found = differences.between(base, version.number)
    if found is None:
        return None
    return {
        "base": base,
        "differences": found,
        "diffs": text_diffs.between(base, version.number, found),
        "more": max(0, len(found) - text_diffs.DOCUMENTS),
    }


def _before(version: DeploymentVersion) -> int | None:
    """The version that it would follow: what is served, while it is still to be decided upon."""
    active = all_versions.active()
    undecided = version.state in (State.READY, State.REJECTED)
    if undecided and active is not None and active.number < version.number:
        return active.number
    return version.parent


@dataclass(frozen=True, slots=True)
class _Shown:
    """The switch that a page is about: from what is active to this version."""

    version: DeploymentVersion
    active: DeploymentVersion | None
    differences: Differences | None
    is_override: bool

    @classmethod
    def to(cls, version: DeploymentVersion, seen: Serving, by: Any) -> "_Shown":
        active = seen.activation.version if seen.activation else None
        found = differences.between(active.number, version.number) if active else None
        return cls(version, active, found, version.is_overridable and by.has_perm(OVERRIDE))

    @property
    def is_rollback(self) -> bool:
        return self.active is not None and self.version.number < self.active.number

    @property
    def form(self) -> type[SwitchForm]:
        if self.is_override:
            return OverrideForm
        return RollbackForm if self.is_rollback else ActivateForm

    @property
    def blamable(self) -> list[str]:
        return self.differences.paths if self.differences and self.is_rollback else []

    def page(self) -> dict[str, Any]:
        return {
            "title": _title(self.version, self.is_rollback, self.is_override),
            "version": self.version,
            "active": self.active,
            "is_rollback": self.is_rollback,
            "is_override": self.is_override,
            "failed": [c for c in gate_report.checks(self.version.gate) if c.passed is False],
            "differences": self.differences,
        }


def switch_page(request: HttpRequest, admin: ModelAdmin, number: int) -> HttpResponse:
    """From → to, what will revert, why; a plain form, so that it works without JavaScript."""
    require(request, ACTIVATE)
    version = version_or_404(number)
    seen = serving.now()
    shown = _Shown.to(version, seen, by=request.user)
    refused: RoutingError | None = None
    form = shown.form(request.POST or None, initial={"epoch": seen.epoch})
    words_alone = told(lexical.why_lexical(version), _)
    consent = ConsentForm(request.POST or None, paths=shown.blamable, why_lexical=words_alone)
    if request.method == "POST" and form.is_valid() and consent.is_valid():
        try:
            return _switch(request, version, form, consent)
        except RoutingError as error:
            refused = error
            # What they saw is no longer so: they look at it again before they confirm.
            form = shown.form(_refreshed(request, serving.now().epoch))
    page = {
        **shown.page(),
        "form": form,
        "consent": consent,
        "refused": told(refused, _) if refused else "",
        "conflict": isinstance(refused, EpochConflict),
    }
    return render(request, admin, "routing/switch.html", page, status=status_of(refused))


def resume_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """Shows what would go live, and whether it still holds what was rolled back."""
    require(request, ACTIVATE)
    if request.method == "POST":
        activation.resume(actor=request.user.get_username(), door=DOOR)
        messages.success(request, _("Automatic updates go on. What waits goes live by itself."))
        return HttpResponseRedirect(reverse("admin:routing_deploymentversion_changelist"))
    page = {"title": _("Resume automatic updates"), "next": resuming.what_would_go_live()}
    return render(request, admin, "routing/resume.html", page)


def _switch(
    request: HttpRequest, version: DeploymentVersion, form: SwitchForm, consent: ConsentForm
) -> HttpResponse:
    activation.activate(
        version.number,
        actor=request.user.get_username(),
        reason=form.words(),
        door=DOOR,
        epoch=form.cleaned_data["epoch"],
        override=isinstance(form, OverrideForm),
        **consent.wish(),
    )
    return HttpResponseRedirect(
        reverse("admin:routing_deploymentversion_change", args=[version.number])
    )


def _refreshed(request: HttpRequest, epoch: int) -> Any:
    data = request.POST.copy()
    data["epoch"] = str(epoch)
    return data


def _title(version: DeploymentVersion, is_rollback: bool, is_override: bool) -> str:
    words = _("Roll back to #%(number)s") if is_rollback else _("Activate #%(number)s")
    if is_override:
        words = _("Activate #%(number)s anyway")
    return words % {"number": version.number}
