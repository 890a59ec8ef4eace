"""The list of documents in admin: its columns and filters."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Substr
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from knowledge import quarantine, telling
from knowledge.forms import last_text
from knowledge.models import Document, FolderSync
from knowledge.shown import badge, beside, by, moment, named


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("not-live", _("Saved, not live")),
            ("conflict", _("In conflict")),
            ("quarantined", _("Quarantined")),
            ("overdue", _("Review overdue")),
            ("deleted", _("Deleted")),
        ]

    def choices(self, changelist: Any) -> Any:
        every, *others = super().choices(changelist)
        return [{**every, "display": _("All but deleted")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        if self.value() == "deleted":
            return queryset.filter(revision__isnull=True)
        found = queryset.filter(revision__isnull=False)
        if self.value() == "not-live":
            return found.filter(pk__in=_not_live(request))
        if self.value() == "conflict":
            return found.filter(conflict__isnull=False)
        if self.value() == "quarantined":
            return found.filter(Exists(quarantine.open_ones().filter(document=OuterRef("pk"))))
        if self.value() == "overdue":
            return found.filter(revision__review_by__lt=timezone.localdate())
        return found


def _not_live(request: HttpRequest) -> list[int]:
    live = Document.objects.filter(revision__isnull=False).order_by()
    told = telling.states(live.select_related("revision").defer("revision__body"), request.user)
    return [pk for pk, state in told.items() if not state.is_settled]


class FolderFilter(admin.SimpleListFilter):
    """The first part of the path."""

    title = _("folder")
    parameter_name = "folder"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        slash = StrIndex("path", Value("/"))
        live = Document.objects.filter(revision__isnull=False, path__contains="/")
        first = live.annotate(first=Substr("path", 1, slash)).order_by("first")
        return [(name, name) for name in first.values_list("first", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        folder = self.value()
        return queryset.filter(path__startswith=folder) if folder else queryset


class DocumentList(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    list_display = ["name", "state", "saved", "answers_for"]
    list_filter = [StateFilter, FolderFilter, "revision__door"]
    list_filter_sheet = False
    list_select_related = ["revision"]
    list_before_template = "knowledge/list_head.html"
    list_fullwidth = True
    list_per_page = 50
    search_fields = ["path", "revision__title", "revision__body"]
    search_help_text = _("Path, title or text")
    ordering = ["path"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        documents: QuerySet[Document] = super().get_queryset(request)
        return documents.defer("revision__body")

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Who answers for a document is a column once some document says it."""
        said = Q(revision__owner__gt="") | Q(revision__review_by__isnull=False)
        is_said = Document.objects.filter(said).exists()
        return [each for each in self.list_display if is_said or each != "answers_for"]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With the state of each row that is shown, all asked at once."""
        changelist = super().get_changelist_instance(request)
        told = telling.states(changelist.result_list, request.user)
        for document in changelist.result_list:
            document.told = told[document.pk]
        return changelist

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"folder": FolderSync.objects.first(), "head": telling.page_head(request)}
        response: HttpResponse = super().changelist_view(
            request, {**context, **(extra_context or {})}
        )
        return response

    @admin.display(description=_("document"), ordering="path")
    def name(self, document: Document) -> SafeString:
        last = document.revision or last_text(document)
        return named(last.title if last else "", document.path)

    @admin.display(description=_("state"))
    def state(self, document: Any) -> SafeString:
        shown = telling.as_html(document.told, brief=True)
        conflict = badge("conflict", _("in conflict")) if document.conflict_id else ""
        return format_html("{} {}", shown, conflict)

    @admin.display(description=_("saved"), ordering=F("revision__saved_at").desc())
    def saved(self, document: Document) -> SafeString | str:
        live = document.revision
        if live is None:
            return ""
        words = _("revision %(n)d by %(who)s") % {"n": live.number, "who": by(live)}
        return beside(moment(live.saved_at), words)

    @admin.display(description=_("owner"), ordering="revision__review_by")
    def answers_for(self, document: Document) -> SafeString | str:
        """Who answers for it, and until when it was to be reviewed."""
        live = document.revision
        if live is None or not live.review_by:
            return live.owner if live else ""
        words = _("review by %(date)s") % {"date": live.review_by}
        is_overdue = live.review_by < timezone.localdate()
        return beside(live.owner, badge("overdue", words) if is_overdue else words)
