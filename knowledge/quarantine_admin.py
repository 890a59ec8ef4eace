"""Quarantined documents in the admin: what is kept back, by whom and why, and its release."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from knowledge import quarantine
from knowledge.errors import NotQuarantined
from knowledge.forms import SHOWN
from knowledge.models import Quarantine, Revision
from knowledge.shown import RELEASE, moment, reason, username
from retrieval.diffs import Diff, diff
from retrieval.messages import told


class InForceFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ended", _("Ended"))]

    def choices(self, changelist: Any) -> Any:
        in_force, *others = super().choices(changelist)
        return [{**in_force, "display": _("In force")}, *others]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Quarantine]
    ) -> QuerySet[Quarantine]:
        return queryset.filter(released_at__isnull=self.value() != "ended")


@admin.register(Quarantine)
class QuarantineAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """Placed by a rollback, ended here or by deleting the document; never edited."""

    actions = None
    list_display = ["name", "served", "live", "placed_by", "since", "why", "action"]
    list_display_links = ["name"]
    list_filter = [InForceFilter]
    list_filter_sheet = False
    list_fullwidth = True
    list_select_related = ["document__revision", "revision"]
    search_fields = ["document__path", "reason", "placed_by"]

    class Media:
        css = {"all": ["knowledge/editor.css", "knowledge/history.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quarantine]:
        found: QuerySet[Quarantine] = super().get_queryset(request)
        return found.defer("document__revision__body", "revision__body")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return [
            column
            for column in self.list_display
            if column != "action" or request.user.has_perm(RELEASE)
        ]

    def get_urls(self) -> list[URLPattern]:
        release = self.admin_site.admin_view(self.release_view)
        own = [path("<int:pk>/release/", release, name="knowledge_quarantine_release")]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, **_: Any) -> HttpResponse:
        """A row leads to its document: there is nothing else to see of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pk = int(object_id[:20]) if object_id.isdecimal() else 0
        placed = get_object_or_404(Quarantine, pk=pk)
        return HttpResponseRedirect(
            reverse("admin:knowledge_document_change", args=[placed.document_id])
        )

    def release_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What will become live; a plain form, so that it works without JavaScript."""
        if not request.user.has_perm(RELEASE):
            raise PermissionDenied
        placed = get_object_or_404(Quarantine, pk=pk)
        live = placed.document.revision
        confirmed = request.POST.get("revision") == str(live.number if live else 0)
        if request.method == "POST" and confirmed:
            return _release(request, placed)
        request.current_app = self.admin_site.name
        page = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": gettext("Release from quarantine"),
            "quarantine": placed,
            "document": placed.document,
            "live": live,
            "difference": _difference(placed.revision, live),
            "changed": request.method == "POST",
        }
        status = 409 if request.method == "POST" else 200
        return TemplateResponse(request, "knowledge/release.html", page, status=status)

    @admin.display(description=_("document"), ordering="document__path")
    def name(self, placed: Quarantine) -> str:
        return placed.document.path

    @admin.display(description=_("served"))
    def served(self, placed: Quarantine) -> str:
        return _revision(placed.revision, gettext("not served"))

    @admin.display(description=_("live"))
    def live(self, placed: Quarantine) -> str:
        return _revision(placed.document.revision, gettext("deleted"))

    @admin.display(description=_("since"), ordering="placed_at")
    def since(self, placed: Quarantine) -> SafeString:
        return moment(placed.placed_at)

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, placed: Quarantine) -> str | None:
        return reason(placed.reason) or None

    @admin.display(description=_("action"))
    def action(self, placed: Quarantine) -> SafeString | str:
        if placed.released_at:
            return gettext("Ended by %(who)s") % {"who": placed.released_by}
        return render_to_string("knowledge/release_button.html", {"placed": placed})


def _release(request: HttpRequest, placed: Quarantine) -> HttpResponse:
    try:
        quarantine.release(placed.document.path, actor=username(request))
    except NotQuarantined as error:
        messages.warning(
            request, _("%s Someone else was first; nothing was done.") % told(error, gettext)
        )
    else:
        messages.success(
            request,
            _("%s is released: its live revision is built, and goes live by itself.")
            % placed.document.path,
        )
    return HttpResponseRedirect(reverse("admin:knowledge_quarantine_changelist"))


def _difference(served: Revision | None, live: Revision | None) -> Diff | None:
    return diff(served.body, live.body, most=SHOWN) if served and live else None


def _revision(revision: Revision | None, none: str) -> str:
    return gettext("revision %(n)s") % {"n": revision.number} if revision else none
