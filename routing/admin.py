"""Versions, activations and holds in the admin: to look at and to switch, never to edit."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, Subquery, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from routing import (
    admin_pages,
    decision_pages,
    export,
    formats,
    gate_report,
    reasons,
    sizes,
    strip,
    trial_page,
)
from routing.models import Activation, DeploymentVersion, Hold
from routing.page_parts import require
from routing.permissions import ACTIVATE, OVERRIDE, VIEW

State = DeploymentVersion.State
NONE = "–"


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """No row is added, changed or deleted by hand; whoever may view versions may look."""

    actions = None
    list_before_template = "routing/strip.html"
    list_filter_sheet = False

    class Media:
        css = {"all": ["routing/operator.css"]}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(VIEW)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**strip.context(request), **(extra_context or {})}
        page: HttpResponse = super().changelist_view(request, context)
        return page


@admin.register(DeploymentVersion)
class VersionAdmin(ReadOnlyAdmin):
    list_display = [
        "version", "in_state", "what_changed", "by", "when", "checks", "live_for", "action",
    ]  # fmt: skip
    list_display_links = ["version"]
    list_filter = ["state", "pinned", "trigger"]
    search_fields = ["=number", "actor", "digest"]
    search_help_text = _("A number, a person or a digest")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeploymentVersion]:
        """With what each row needs to offer the switch."""
        active = DeploymentVersion.objects.filter(state=State.ACTIVE).values("number")[:1]
        return DeploymentVersion.objects.annotate(
            active_number=Subquery(active),
            may_activate=Value(request.user.has_perm(ACTIVATE)),
            may_override=Value(request.user.has_perm(OVERRIDE)),
        )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        served_first = Case(When(state=State.ACTIVE, then=0), default=1)
        return [served_first.asc(), "-number"]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("strip/", wrap(self.strip_view), name="routing_strip"),
            path("resume/", wrap(self.resume_view), name="routing_resume"),
            path("<int:number>/activate/", wrap(self.switch_view), name="routing_switch"),
            path("policy/", wrap(self.policy_view), name="routing_policy"),
            path("<int:number>/reject/", wrap(self.reject_view), name="routing_reject"),
            path("<int:number>/pin/", wrap(self.pin_view), name="routing_pin"),
            path("<int:number>/ask/", wrap(self.trial_view), name="routing_trial"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not object_id.isdecimal():
            raise Http404(object_id)
        return admin_pages.version_page(request, self, int(object_id[:20]))

    def strip_view(self, request: HttpRequest) -> HttpResponse:
        """What the strip says now, for pages that show it; `list`: with what their list adds."""
        require(request, VIEW)
        context = {**strip.context(request), "cl": "list" in request.GET}
        return TemplateResponse(request, "routing/strip_now.html", context)

    def switch_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return admin_pages.switch_page(request, self, number)

    def trial_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return trial_page.trial_page(request, self, number)

    def reject_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return decision_pages.reject_page(request, self, number)

    def pin_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return decision_pages.pin_view(request, number)

    def policy_view(self, request: HttpRequest) -> HttpResponse:
        return decision_pages.policy_page(request, self)

    def resume_view(self, request: HttpRequest) -> HttpResponse:
        return admin_pages.resume_page(request, self)

    @admin.display(description=_("version"), ordering="number")
    def version(self, version: DeploymentVersion) -> str:
        return version.label

    @admin.display(description=_("state"), ordering="state")
    def in_state(self, version: DeploymentVersion) -> SafeString:
        return render_to_string("routing/state.html", {"version": version})

    @admin.display(description=_("what changed"))
    def what_changed(self, version: DeploymentVersion) -> SafeString:
        return format_html(
            '<div class="kb-cell kb-changes">{}<span class="kb-beside">{}</span></div>',
            formats.changes(version.changes) or NONE,
            _held(version) if version.built_at else "",
        )

    @admin.display(description=_("by"), ordering="actor")
    def by(self, version: DeploymentVersion) -> SafeString:
        trigger = formats.door(version.trigger) if version.trigger != version.actor else ""
        return format_html(
            '<div class="kb-cell">{}<span class="kb-beside">{}</span></div>',
            formats.actor(version.actor) or NONE,
            trigger,
        )

    @admin.display(description=_("when"), ordering="created_at")
    def when(self, version: DeploymentVersion) -> SafeString:
        return _moment(version.created_at)

    @admin.display(description=_("checks"))
    def checks(self, version: DeploymentVersion) -> SafeString:
        return format_html(
            '<div class="kb-cell">{}<span class="kb-beside">{}</span></div>',
            formats.outcome(gate_report.summary(version.gate), version.comparison) or NONE,
            formats.built(version.build_seconds, sizes.of(version)),
        )

    @admin.display(description=_("live for"))
    def live_for(self, version: DeploymentVersion) -> SafeString:
        until = timezone.now() if version.is_active else version.retired_at
        lasted = formats.lasted(version.activated_at, until)
        return format_html('<span class="kb-whole">{}</span>', lasted or NONE)

    @admin.display(description=_("action"))
    def action(self, version: Any) -> SafeString | str:
        overridable = version.may_override and version.is_overridable
        if not (version.may_activate and (version.is_activatable or overridable)):
            return NONE
        return render_to_string("routing/action.html", {"version": version})


@admin.register(Activation)
class ActivationAdmin(ReadOnlyAdmin):
    list_display = ["when", "what", "from_to", "slot", "by", "through", "why", "epoch"]
    list_display_links = None
    list_filter = ["kind", "door", "slot"]
    search_fields = ["actor", "reason", "=version__number"]
    search_help_text = _("A number, a person or a reason")
    list_select_related = ["version", "previous"]
    ordering = ["-epoch"]
    list_before_template = "routing/activity.html"

    def get_urls(self) -> list[URLPattern]:
        export_url = path(
            "export/", self.admin_site.admin_view(self.export_view), name="routing_export"
        )
        return [export_url, *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The rows that the list shows under the same filters, all of them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            rows = Activation.objects.order_by("-epoch")
        return export.activations(rows)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        raise Http404(object_id)  # a row of the log says all there is

    @admin.display(description=_("when"), ordering="epoch")
    def when(self, activation: Activation) -> SafeString:
        return _moment(activation.activated_at)

    @admin.display(description=_("what"), ordering="kind")
    def what(self, activation: Activation) -> SafeString:
        return render_to_string("routing/kind.html", {"activation": activation})

    @admin.display(description=_("actor"), ordering="actor")
    def by(self, activation: Activation) -> str:
        return formats.actor(activation.actor)

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, activation: Activation) -> str | None:
        return reasons.shown(activation.reason) or None

    @admin.display(description=_("door"), ordering="door")
    def through(self, activation: Activation) -> str:
        return formats.door(activation.door)

    @admin.display(description=_("from → to"))
    def from_to(self, activation: Activation) -> SafeString:
        page = reverse("admin:routing_deploymentversion_change", args=[activation.version_id])
        start = f"#{activation.previous_id}" if activation.previous_id is not None else NONE
        return format_html('{} → <a href="{}">#{}</a>', start, page, activation.version_id)


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ["from_when", "placed_by", "why", "until_when", "lifted_by", "lifted_through"]
    list_display_links = None

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        raise Http404(object_id)

    @admin.display(description=_("placed at"), ordering="placed_at")
    def from_when(self, hold: Hold) -> SafeString:
        return _moment(hold.placed_at)

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, hold: Hold) -> str | None:
        return reasons.shown(hold.reason) or None

    @admin.display(description=_("lifted by way of"), ordering="lifted_door")
    def lifted_through(self, hold: Hold) -> str | None:
        return formats.door(hold.lifted_door) or None

    @admin.display(description=_("lifted at"), ordering="lifted_at")
    def until_when(self, hold: Hold) -> SafeString | str:
        return _moment(hold.lifted_at) if hold.lifted_at else gettext("In place")


def _held(version: DeploymentVersion) -> str:
    told = (formats.documents(version.documents), formats.coverage(version.coverage))
    return " · ".join(each for each in told if each)


def _moment(at: datetime) -> SafeString:
    """Relative for the eye, absolute for the record: both as text, since a phone has no hover."""
    return format_html(
        '<time class="kb-cell kb-moment" datetime="{}">{}<span class="kb-beside">{}</span></time>',
        at.isoformat(), formats.ago(at), formats.moment(at),
    )  # fmt: skip
