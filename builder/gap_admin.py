"""What the documents do not answer: the list in admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from builder import gap_pages
from knowledge import telling
from knowledge.shown import beside, moment
from questions import gaps
from questions.models import Gap

ALL = "all"


class StateFilter(admin.SimpleListFilter):
    """Without a choice: what is to do."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Gap.State.choices, (ALL, gettext_lazy("All"))]

    def choices(self, changelist: Any) -> Any:
        to_do, *others = super().choices(changelist)
        return [{**to_do, "display": gettext_lazy("To do")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Gap]) -> QuerySet[Gap]:
        if self.value() == ALL:
            return queryset
        states = [self.value()] if self.value() else list(gaps.TO_DO)
        return queryset.filter(state__in=states)


class SaidFilter(admin.SimpleListFilter):
    title = gettext_lazy("readers")
    parameter_name = "said"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("reported", gettext_lazy("Reported it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Gap]) -> QuerySet[Gap]:
        return queryset.filter(reported__gt=0) if self.value() else queryset


@admin.register(Gap)
class GapAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    actions = None
    list_display = ["asked_for", "times", "said", "last", "near", "became"]
    list_display_links = ["asked_for"]
    list_filter = [StateFilter, "language", SaidFilter]
    list_filter_sheet = False
    list_fullwidth = True
    list_per_page = 50
    list_before_template = "builder/gap_head.html"
    search_fields = ["folded"]
    search_help_text = gettext_lazy("Words of the question")
    show_full_result_count = False

    class Media:
        css = {"all": ["knowledge/editor.css", "knowledge/writing.css", "builder/gaps.css"]}

    def get_urls(self) -> list[URLPattern]:
        return [*gap_pages.urls(self), *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Gap], search_term: str
    ) -> tuple[QuerySet[Gap], bool]:
        return gaps.matching(queryset, search_term), False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"head": telling.page_head(request), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def change_view(self, request: HttpRequest, object_id: str, **_: Any) -> HttpResponse:
        pk = int(object_id[:18]) if object_id.isdecimal() else 0
        return gap_pages.gap_page(request, self, pk)

    @admin.display(description=gettext_lazy("question"), ordering="question")
    def asked_for(self, gap: Gap) -> SafeString:
        return format_html('<span class="gap-question" dir="auto">{}</span>', str(gap))

    @admin.display(description=gettext_lazy("asked"), ordering="asked")
    def times(self, gap: Gap) -> SafeString:
        return format_html('<span class="gap-count">{}</span>', gap.asked)

    @admin.display(description=gettext_lazy("reported"), ordering="reported")
    def said(self, gap: Gap) -> SafeString | str:
        return format_html('<span class="gap-count">{}</span>', gap.reported or "–")

    @admin.display(description=gettext_lazy("last asked"), ordering="last_asked")
    def last(self, gap: Gap) -> SafeString:
        return moment(gap.last_asked)

    @admin.display(description=gettext_lazy("nearest document"))
    def near(self, gap: Gap) -> SafeString | str:
        near = gap.nearest[0] if gap.nearest else "–"
        return format_html('<span class="gap-near">{}</span>', near)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def became(self, gap: Gap) -> SafeString:
        mark = render_to_string("builder/gap_state.html", {"gap": gap})
        return beside(mark, _("by %(who)s") % {"who": gap.decided_by} if gap.decided_by else "")
