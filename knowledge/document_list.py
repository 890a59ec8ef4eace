"""The list of documents in admin: its columns and filters."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from knowledge import bulk_pages, searching, telling
from knowledge.document_filters import (
    FolderFilter,
    LanguageFilter,
    OwnerFilter,
    StateFilter,
)
from knowledge.forms import last_text
from knowledge.models import Document, FolderSync
from knowledge.page_parts import number
from knowledge.shown import badge, beside, by, moment, named


class DocumentList(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    list_display = ["name", "language", "state", "saved", "answers_for"]
    list_filter = [StateFilter, LanguageFilter, FolderFilter, OwnerFilter, "revision__door"]
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

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """What is overdue the longest is first."""
        is_of_overdue = request.GET.get(StateFilter.parameter_name) == "overdue"
        return ["revision__review_by", "path"] if is_of_overdue else list(self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Document], search_term: str
    ) -> tuple[QuerySet[Document], bool]:
        if not search_term:
            return queryset, False
        return searching.matching(queryset, search_term, self.search_fields), False

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
        context = {
            "folder": FolderSync.objects.first(),
            "head": telling.page_head(request),
            "under_way": bulk_pages.under_way(request),
        }
        response: HttpResponse = super().changelist_view(
            request, {**context, **(extra_context or {})}
        )
        return response

    @admin.display(description=_("document"), ordering="path")
    def name(self, document: Document) -> SafeString:
        last = document.revision or last_text(document)
        return named(last.title if last else "", document.path)

    def states_view(self, request: HttpRequest) -> JsonResponse:
        """What the states of some rows are now; the list's script asks while one is to change."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = [number(each) for each in request.GET.get("of", "").split(",")]
        documents = self.get_queryset(request).select_related("revision")
        rows = documents.filter(pk__in=wanted[: self.list_per_page])
        told = telling.states(rows, request.user)
        return JsonResponse({pk: telling.as_json(each, brief=True) for pk, each in told.items()})

    @admin.display(description=_("language"), ordering="revision__language")
    def language(self, document: Document) -> str:
        return document.revision.get_language_display() if document.revision else ""

    @admin.display(description=_("state"))
    def state(self, document: Any) -> SafeString:
        shown = telling.followed(document.pk, document.told)
        conflict = badge("conflict", _("in conflict")) if document.conflict_id else ""
        return format_html("{} {}", shown, conflict)

    @admin.display(description=_("saved"), ordering=F("revision__saved_at").desc())
    def saved(self, document: Document) -> SafeString | str:
        live = document.revision
        if live is None:
            gone = document.revisions.latest("id")
            return beside(moment(gone.saved_at), _("deleted by %(who)s") % {"who": by(gone)})
        words = _("revision %(n)d by %(who)s") % {"n": live.number, "who": by(live)}
        return beside(moment(live.saved_at), words)

    @admin.display(description=_("owner"), ordering="revision__review_by")
    def answers_for(self, document: Document) -> SafeString | str:
        """Who answers for it, and until when it was to be reviewed."""
        live = document.revision
        if live is None or not live.review_by:
            return live.owner if live else ""
        words = _("review by %(date)s") % {"date": live.review_by}
        days = (timezone.localdate() - live.review_by).days
        if days <= 0:
            return beside(live.owner, words)
        overdue = ngettext("%(n)d day overdue", "%(n)d days overdue", days) % {"n": days}
        return beside(live.owner, format_html("{} {}", badge("overdue", overdue), words))
