"""What people asked, to read: nothing here is added, changed or deleted by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from questions.models import Question


@admin.register(Question)
class QuestionAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    actions = None
    date_hierarchy = "asked_at"
    list_display = ["asked_at", "asked", "answered", "version_label", "language", "seconds"]
    list_display_links = ["asked"]
    list_filter = ["answered", "language", "retrieval", "generator"]
    list_per_page = 50
    search_fields = ["question"]
    show_full_result_count = False
    fields = [
        "asked_at", "question", "answered", "documents", "version_label", "slot", "generator",
        "retrieval", "seconds", "language",
    ]  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("question"), ordering="question")
    def asked(self, question: Question) -> str:
        return str(question)

    @admin.display(description=_("version"), ordering="version")
    def version_label(self, question: Question) -> str:
        return f"#{question.version}"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
