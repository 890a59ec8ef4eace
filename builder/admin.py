"""Probes in the admin: written, and tried on what is served."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from builder import gap_admin as gap_admin
from builder import probes
from builder.errors import BuilderError
from builder.forms import ProbeForm
from builder.models import Probe
from builder.probes import Case
from retrieval.messages import told
from routing import versions
from routing.models import DeploymentVersion

Column = Callable[[Probe], SafeString]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of "Try it now": a case, or why there is none."""

    case: Case | None = None
    version: int | None = None
    refused: str = ""


@admin.register(Probe)
class ProbeAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    form = ProbeForm
    list_display_links = ["asked"]
    list_filter = ["severity", "enabled"]
    list_fullwidth = True
    search_fields = ["question", "must_cite", "must_contain", "must_not_contain"]
    fields = ["question", "must_cite", "must_contain", "must_not_contain", "severity", "enabled",
              "saved"]  # fmt: skip
    readonly_fields = ["saved"]
    change_form_template = "builder/probe_form.html"

    class Media:
        css = {"all": ["builder/probes.css"]}

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return ["asked", "weight", "enabled", "saved", _last_results()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = list(self.fields or [])
        return fields if obj else fields[:-1]

    def save_model(self, request: HttpRequest, obj: Probe, form: Any, change: bool) -> None:
        obj.saved_by, obj.saved_at = request.user.get_username(), timezone.now()
        super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if form.is_trial:
            # Asked when the page is drawn: by then the view's transaction has ended, and a
            # backend that is slow to answer keeps nobody from writing.
            context["trial"] = SimpleLazyObject(lambda: _tried(form.instance))
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    @admin.display(description=_("question"), ordering="question")
    def asked(self, probe: Probe) -> str:
        return str(probe)

    @admin.display(description=_("severity"), ordering="severity")
    def weight(self, probe: Probe) -> str:
        return str(probe.get_severity_display()).partition(":")[0]

    @admin.display(description=_("saved"), ordering="saved_at")
    def saved(self, probe: Probe) -> str:
        at = f"{probe.saved_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"{probe.saved_by} · {at}" if probe.saved_by else at


def _tried(probe: Probe) -> Trial:
    try:
        case, version = probes.try_now(probe)
    except BuilderError as error:
        return Trial(refused=told(error, gettext))
    failures = [told(failure, gettext) for failure in case["failures"]]
    return Trial({**case, "failures": failures}, version)


def _last_results() -> Column:
    """What the version that is live now answered each probe; read once for the whole list."""
    version = versions.active()
    cases = _cases(version)

    @admin.display(description=_("on what is live"))
    def result(probe: Probe) -> SafeString:
        case = cases.get(probe.pk)
        if version is None or case is None or not _is_of(version, probe):
            return _mark("none", _("not asked yet"), "")
        words = _("passed") if case["passed"] else _("failed")
        return _mark("passed" if case["passed"] else "failed", words, version.label)

    return result


def _is_of(version: DeploymentVersion, probe: Probe) -> bool:
    """Whether the version was asked the probe as it is now."""
    return version.built_at is not None and probe.saved_at <= version.built_at


def _cases(version: DeploymentVersion | None) -> dict[int, Case]:
    checks = version.gate.get("checks", []) if version else []
    return {
        case["probe"]: case
        for check in checks if check["name"] == "probes"
        for case in check.get("cases", [])
    }  # fmt: skip


def _mark(kind: str, words: str | Promise, label: str) -> SafeString:
    return format_html('<span class="probe-mark probe-{}">{} {}</span>', kind, words, label)
