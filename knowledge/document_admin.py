"""Documents in Django admin: every save and delete goes through `revisions`, as in the API."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from knowledge import quarantine, revisions
from knowledge.errors import StaleRevision
from knowledge.forms import DocumentForm, last_text
from knowledge.models import Document, Door, FolderSync
from knowledge.revision_admin import history_of
from knowledge.shown import RELEASE, as_text, badge, moment, named, username


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("conflict", _("In conflict")), ("deleted", _("Deleted"))]

    def choices(self, changelist: Any) -> Any:
        live, *others = super().choices(changelist)
        return [{**live, "display": _("Live")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        if self.value() == "deleted":
            return queryset.filter(revision__isnull=True)
        if self.value() == "conflict":
            return queryset.filter(conflict__isnull=False)
        return queryset.filter(revision__isnull=False)


@admin.register(Document)
class DocumentAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    form = DocumentForm
    list_display = ["name", "number", "saved_by", "saved_at", "door", "mark"]
    list_filter = [StateFilter, "revision__door"]
    list_select_related = ["revision"]
    list_before_template = "knowledge/folder_state.html"
    list_fullwidth = True
    search_fields = ["path", "revision__title", "revision__body"]
    search_help_text = _("Path, title or text")
    ordering = ["path"]
    fields = ["path", "body", "expected"]
    compressed_fields = False
    warn_unsaved_form = True
    change_form_template = "knowledge/document_form.html"

    class Media:
        css = {"all": ["knowledge/editor.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        documents: QuerySet[Document] = super().get_queryset(request)
        placed = quarantine.open_ones().filter(document=OuterRef("pk")).order_by()
        return documents.defer("revision__body").annotate(quarantined=Exists(placed))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["path"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj and not self.has_change_permission(request, obj):
            return ["path", "body"]
        return list(self.fields or [])

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"folder": FolderSync.objects.first(), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def render_change_form(self, request: HttpRequest, context: Any, **kwargs: Any) -> HttpResponse:
        document = kwargs.get("obj")
        context["quarantine"] = quarantine.of(document) if document else None
        context["may_release"] = request.user.has_perm(RELEASE)
        response: HttpResponse = super().render_change_form(request, context, **kwargs)
        return response

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse
        try:
            response = super().changeform_view(request, *args, **kwargs)
        except StaleRevision:
            # Someone added the document between the form's look and its save. The second look
            # sees theirs, so the form says so and keeps what was typed.
            response = super().changeform_view(request, *args, **kwargs)
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        document = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        if document is None:
            raise Http404
        return history_of(document.pk)

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        saved = revisions.save(
            obj.path,
            form.cleaned_data["body"],
            actor=username(request),
            door=Door.ADMIN,
            expected=form.cleaned_data.get("expected") or 0,
        )
        obj.pk = saved.revision.document_id
        if not saved.changed:
            messages.info(request, _("The text is the same: no new revision was made."))

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        if quarantine.of(obj):
            messages.info(request, _("It was in quarantine: its deletion ends that, and is live."))
        revisions.delete_all([obj], actor=username(request), door=Door.ADMIN)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        revisions.delete_all(queryset, actor=username(request), door=Door.ADMIN)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Nothing else goes with a document: its revisions stay."""
        names = [document.path for document in objs]
        return names, {Document._meta.verbose_name_plural: len(names)}, set(), []

    @admin.display(description=_("document"), ordering="path")
    def name(self, document: Document) -> SafeString:
        last = document.revision or last_text(document)
        return named(last.title if last else "", document.path)

    @admin.display(description=_("revision"))
    def number(self, document: Document) -> str:
        return str(document.revision.number) if document.revision else ""

    @admin.display(description=_("saved by"), ordering="revision__saved_by")
    def saved_by(self, document: Document) -> str:
        return document.revision.saved_by if document.revision else ""

    @admin.display(description=_("saved at"), ordering="revision__saved_at")
    def saved_at(self, document: Document) -> SafeString | str:
        return moment(document.revision.saved_at) if document.revision else ""

    @admin.display(description=_("door"), ordering="revision__door")
    def door(self, document: Document) -> str:
        return document.revision.get_door_display() if document.revision else ""

    @admin.display(description=_("state"))
    def mark(self, document: Any) -> str:
        if document.quarantined:
            return badge("quarantined", _("quarantined"))
        if document.revision is None:
            return badge("deleted", _("deleted"))
        return badge("conflict", _("in conflict")) if document.conflict_id else ""

    @admin.display(description=_("Text"))
    def body(self, document: Document) -> SafeString:
        return as_text(document.revision)
