"""What people asked, and said of answers, to read: nothing here is changed by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from questions.models import Feedback, Question


class Read(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """A list without a way to add, change or delete."""

    actions = None
    list_per_page = 50
    search_fields = ["question"]
    show_full_result_count = False

    @admin.display(description=_("version"), ordering="version")
    def version_label(self, row: Question | Feedback) -> str:
        return f"#{row.version}"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Question)
class QuestionAdmin(Read):
    date_hierarchy = "asked_at"
    list_display = ["asked_at", "asked", "answered", "version_label", "language", "seconds"]
    list_display_links = ["asked"]
    list_filter = ["answered", "language", "retrieval", "generator"]
    fields = [
        "asked_at", "question", "answered", "documents", "version_label", "slot", "generator",
        "retrieval", "seconds", "language",
    ]  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("question"), ordering="question")
    def asked(self, question: Question) -> str:
        return str(question)


@admin.register(Feedback)
class FeedbackAdmin(Read):
    date_hierarchy = "given_at"
    list_display = ["given_at", "said", "of", "comment", "version_label"]
    list_display_links = ["of"]
    list_filter = ["kind"]
    search_fields = ["question", "comment"]
    fields = ["given_at", "kind", "comment", "question", "version_label"]
    readonly_fields = fields

    @display(  # type: ignore[untyped-decorator]
        description=_("said"), ordering="kind",
        label={Feedback.Kind.HELPFUL: "success", Feedback.Kind.UNHELPFUL: "warning"},
    )  # fmt: skip
    def said(self, feedback: Feedback) -> tuple[str, str]:
        return feedback.kind, feedback.get_kind_display()

    @admin.display(description=_("of the answer to"), ordering="question")
    def of(self, feedback: Feedback) -> str:
        return str(feedback)
