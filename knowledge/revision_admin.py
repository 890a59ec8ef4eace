"""The history of documents in Django admin, read only."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from knowledge.models import Revision
from knowledge.page_parts import VIEW
from knowledge.shown import as_text, badge, moment, named


@admin.register(Revision)
class RevisionAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """The history, read only."""

    list_display = ["name", "number", "saved_by", "when", "door", "mark"]
    list_filter = ["door", "conflict", "deleted"]
    list_select_related = ["document"]
    list_fullwidth = True
    search_fields = ["path", "title", "saved_by"]
    fields = ["document", "number", "title", "saved_by", "when", "door", "mark", "text"]
    readonly_fields = fields

    class Media:
        css = {"all": ["knowledge/editor.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        found: QuerySet[Revision] = super().get_queryset(request)
        return found.select_related("document").defer("body")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who may look at a document may look at what it was."""
        return request.user.has_perm(VIEW) or super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        revision = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, revision):
            raise PermissionDenied
        if revision is None:
            raise Http404
        return HttpResponseRedirect(
            reverse("admin:knowledge_document_history", args=[revision.document_id])
        )

    @admin.display(description=_("document"))
    def name(self, revision: Revision) -> SafeString:
        return named(revision.title, revision.path)

    @admin.display(description=_("state"))
    def mark(self, revision: Revision) -> str:
        if revision.document.revision_id == revision.pk:
            return badge("live", _("live"))
        if revision.deleted:
            return badge("deleted", _("deletion"))
        return badge("conflict", _("lost to a later edit")) if revision.conflict else ""

    @admin.display(description=_("saved at"), ordering="saved_at")
    def when(self, revision: Revision) -> SafeString:
        return moment(revision.saved_at)

    @admin.display(description=_("text"))
    def text(self, revision: Revision) -> SafeString:
        return as_text(revision)
