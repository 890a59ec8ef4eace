"""Documents in Django admin: every save and delete goes through `revisions`, as in the API."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.forms import Script
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from knowledge import (
    delete_pages,
    move_page,
    own_pages,
    quarantine,
    revisions,
    telling,
    undo_pages,
)
from knowledge.document_list import DocumentList
from knowledge.errors import PathTaken, StaleRevision
from knowledge.forms import DocumentForm
from knowledge.history_pages import history_page
from knowledge.models import Document, Door
from knowledge.preview import LARGEST, preview_view
from knowledge.shown import RELEASE, as_text, by, username
from knowledge.timeline import written_for


@admin.register(Document)
class DocumentAdmin(DocumentList):
    form = DocumentForm
    fields = ["path", "body"]
    compressed_fields = False
    change_form_template = "knowledge/document_form.html"
    actions = [delete_pages.delete_selected, undo_pages.bring_back_selected]

    class Media:
        css = {"all": ["knowledge/editor.css", "knowledge/writing.css", "knowledge/history.css"]}
        js = [
            Script("knowledge/state.js", type="module"),
            Script("knowledge/editor.js", type="module"),
        ]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = "knowledge_document"
        own = [
            path("preview/", wrap(preview_view), name=f"{name}_preview"),
            path("<int:pk>/move/", wrap(self.move_view), name=f"{name}_move"),
            path("<int:pk>/state/", wrap(self.state_view), name=f"{name}_state"),
            path("states/", wrap(self.states_view), name=f"{name}_states"),
            path("delete/", wrap(self.delete_several_view), name=f"{name}_delete_several"),
        ]
        return [*own, *own_pages.urls(self), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["path"] if obj else []

    # The form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse
        try:
            response = super().changeform_view(request, *args, **kwargs)
        except (StaleRevision, PathTaken):
            # Someone added the document, or one in its way, between the form's look and its save.
            # The second look sees theirs, so the form says so and keeps what was typed.
            response = super().changeform_view(request, *args, **kwargs)
        return response

    def render_change_form(self, request: HttpRequest, context: Any, **kwargs: Any) -> HttpResponse:
        document = kwargs.get("obj")
        context |= {
            "head": telling.page_head(request),
            "largest": LARGEST,
            "may_release": request.user.has_perm(RELEASE),
            "quarantine": quarantine.of(document) if document else None,
            "saved_by": by(document.revision) if document and document.revision else "",
            "told": telling.state(document, request.user) if document else None,
        }
        if context["adminform"].form.theirs:
            context["errors"] = None  # there is nothing to correct, but something to decide
        response: HttpResponse = super().render_change_form(request, context, **kwargs)
        return response

    def state_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """What the form's line of state says now; its script asks while a build is under way."""
        document = get_object_or_404(Document.objects.select_related("revision"), pk=pk)
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        told = telling.state(document, request.user)
        return JsonResponse(telling.as_json(told))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        document = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        if document is None:
            raise Http404
        return history_page(request, self, document)

    # Saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.saved = revisions.save(
            obj.path,
            form.cleaned_data["body"],
            actor=username(request),
            door=Door.ADMIN,
            expected=form.cleaned_data.get("expected") or 0,
            note="" if change else written_for(form.cleaned_data.get("question", "")),
        )
        obj.pk = obj.saved.revision.document_id

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        return self._saved(request, obj, draft="new")

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._saved(request, obj, draft=str(obj.pk))

    def _saved(self, request: HttpRequest, obj: Any, *, draft: str) -> HttpResponse:
        stays = "_continue" in request.POST or "replacing" in request.POST
        page = reverse("admin:knowledge_document_change", args=[obj.pk])
        number = obj.saved.revision.number
        if not obj.saved.changed:
            words = _("The text is the same: no new revision was made.")
        elif stays:
            words = _("Saved as revision %(n)d.") % {"n": number}
        else:
            words = _("Saved as revision %(n)d of") % {"n": number}
        more = (
            ""
            if stays
            else format_html(' <a class="knowledge-link" href="{}">{}</a> ', page, obj.path)
        )
        if obj.saved.changed and not stays:
            more += telling.asking(obj.pk)
        # The script drops what it kept of the typing once it sees this.
        told = format_html('<span data-knowledge-saved="{}">{}</span>{}', draft, words, more)
        messages.success(request, told)
        if stays:
            return HttpResponseRedirect(page)
        response: HttpResponse = self.response_post_save_change(request, obj)
        return response

    # Moving and deleting

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        document = get_object_or_404(Document.objects.select_related("revision"), pk=pk)
        return move_page.move_page(request, self, document)

    def get_actions(self, request: HttpRequest) -> Any:
        """What is deleted may come back; what is not may be deleted."""
        actions = super().get_actions(request)
        is_of_deleted = request.GET.get("state") == "deleted"
        actions.pop("delete_selected" if is_of_deleted else "bring_back_selected", None)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        document = self.get_object(request, unquote(object_id))
        if document is None:
            raise Http404
        if request.POST.get("seen"):
            return delete_pages.delete_several(request, self)
        return delete_pages.delete_page(request, self, [document.pk])

    def delete_several_view(self, request: HttpRequest) -> HttpResponse:
        return delete_pages.delete_several(request, self)

    @admin.display(description=gettext_lazy("Text"))
    def body(self, document: Document) -> SafeString:
        return as_text(document.revision)
