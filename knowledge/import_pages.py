"""The pages of an import: choose files, see what would happen, confirm, watch, see what did.

Plain forms and links: all of it works without JavaScript.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from unfold.admin import ModelAdmin

from knowledge import importing, revisions, uploads, work_pages
from knowledge.errors import KnowledgeError
from knowledge.import_models import Import, ImportedFile
from knowledge.page_parts import render, require
from knowledge.receiving import Spool
from knowledge.shown import username
from knowledge.uploads import Wanted
from retrieval.diffs import diff
from retrieval.messages import told

IMPORT = "knowledge.import_documents"
PAGE = 100
RECENT = 10

Fate, Outcome = ImportedFile.Fate, ImportedFile.Outcome

# What is shown first is what a person must look at.
FATES = {
    Fate.REFUSED: (pgettext_lazy("files", "Refused"), "bad"),
    Fate.CHANGED: (pgettext_lazy("files", "Changed"), "edited"),
    Fate.NEW: (pgettext_lazy("files", "New"), "good"),
    Fate.SAME: (pgettext_lazy("files", "The same"), "quiet"),
    Fate.SKIPPED: (pgettext_lazy("files", "Left out"), "quiet"),
}
OUTCOMES = {
    Outcome.CONFLICT: (gettext_lazy("Conflicts"), "bad"),
    Outcome.REFUSED: (pgettext_lazy("files", "Refused"), "bad"),
    Outcome.CHANGED: (pgettext_lazy("files", "Changed"), "edited"),
    Outcome.CREATED: (pgettext_lazy("files", "Created"), "good"),
    Outcome.SAME: (pgettext_lazy("files", "The same"), "quiet"),
    Fate.SKIPPED: (pgettext_lazy("files", "Left out"), "quiet"),
}


class UploadForm(forms.Form):
    folder = forms.CharField(required=False, max_length=500)
    drop_outermost = forms.BooleanField(required=False)


@admin.register(Import)
class ImportAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold has no types
    """Its list is the form, with the last imports under it."""

    class Media:
        css = {"all": ["knowledge/editor.css"]}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(IMPORT))

    has_view_permission = has_module_permission

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        one = "<uuid:pk>/"
        return [
            path("", view(self._uploading()), name="knowledge_import"),
            path("", view(self._uploading()), name="knowledge_import_changelist"),
            path(one, view(self.import_view), name="knowledge_import_one"),
            path(f"{one}<int:file>/", view(self.file_view), name="knowledge_import_file"),
            path(f"{one}progress/", view(self.progress_view), name="knowledge_import_progress"),
        ]

    def _uploading(self) -> Callable[[HttpRequest], HttpResponse]:
        """Who takes the files must be there before the check against forgery reads the form."""

        @csrf_exempt
        def upload(request: HttpRequest) -> HttpResponse:
            require(request, IMPORT)
            if request.method != "POST":
                return self.form_page(request)
            with Spool() as spool:
                spool.take(request)
                return csrf_protect(self.upload_view)(request, spool)

        return upload

    def form_page(self, request: HttpRequest, refused: str = "", status: int = 200) -> HttpResponse:
        page = {
            "title": _("Import documents"),
            "form": UploadForm(request.POST or None),
            "refused": refused,
            "limit": settings.IMPORT_MAX_BYTES,
            "recent": Import.objects.all()[:RECENT],
        }
        return self._page(request, "knowledge/import_form.html", page, status)

    def upload_view(self, request: HttpRequest, spool: Spool) -> HttpResponse:
        form = UploadForm(request.POST)
        if not form.is_valid():
            return self.form_page(request, _("The name of the folder is too long."), 400)
        try:
            upload = uploads.preview(spool, Wanted(**form.cleaned_data), actor=username(request))
        except KnowledgeError as error:
            return self.form_page(request, told(error, _), 400)
        return _to(upload)

    def import_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        require(request, IMPORT)
        upload = get_object_or_404(Import, pk=pk)
        if request.method == "POST":
            return _act(request, upload)
        return self._page(request, "knowledge/import.html", _told(request, upload))

    def file_view(self, request: HttpRequest, pk: UUID, file: int) -> HttpResponse:
        """What one file would change, or what it could not, against what is live now."""
        require(request, IMPORT)
        found = get_object_or_404(ImportedFile.objects.exclude(sha256=""), upload=pk, pk=file)
        live = revisions.live().filter(path=found.path).first()
        body = importing.text_of(found)
        page = {
            "title": _("What would change"),
            "file": found,
            "live": live.revision if live else None,
            "difference": None if body is None else
            diff(live.revision.body if live and live.revision else "", body),
        }  # fmt: skip
        return self._page(request, "knowledge/import_file.html", page)

    def progress_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        require(request, IMPORT)
        return JsonResponse(_progress(get_object_or_404(Import, pk=pk)))

    def _page(
        self, request: HttpRequest, template: str, page: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        return render(request, self, template, page, status=status)


def _to(upload: Import) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:knowledge_import_one", args=[upload.pk]))


def _act(request: HttpRequest, upload: Import) -> HttpResponse:
    """What a button asked for; whoever was overtaken sees on the page what is so by now."""
    act = request.POST.get("act")
    if act == "discard" and importing.discard(upload):
        messages.info(request, _("The upload was discarded: nothing was imported."))
        return HttpResponseRedirect(reverse("admin:knowledge_import"))
    if act == "again" and not importing.look_again(upload):
        messages.warning(request, _("Its files are no longer kept: upload them again."))
    if act == "import" and importing.start(upload):
        work_pages.begin(importing.KIND, upload)
    return _to(upload)


def _told(request: HttpRequest, upload: Import) -> dict[str, Any]:
    done = upload.state == Import.State.DONE
    groups = _groups(upload, done)
    shown = request.GET.get("show", "")
    if shown not in groups:
        shown = next(iter(groups), "")
    files = Paginator(_of_group(upload, shown, done), PAGE)
    return {
        "title": _("Import"),
        "upload": upload,
        "groups": list(groups.values()),
        "shown": groups.get(shown),
        "files": files.get_page(request.GET.get("page")),
        "progress": _progress(upload),
        "to_import": sum(groups[fate]["count"] for fate in (Fate.NEW, Fate.CHANGED)
                         if fate in groups and not done),
        "undecided": done and Outcome.CONFLICT in groups,
    }  # fmt: skip


def _groups(upload: Import, done: bool) -> dict[str, dict[str, Any]]:
    """By fate before the import, by outcome after it; what stayed out keeps its fate."""
    counts: dict[str, int] = {}
    for fate, outcome, count in (
        upload.files.order_by().values_list("fate", "outcome").annotate(Count("id"))
    ):
        key = (outcome or fate) if done else fate
        counts[key] = counts.get(key, 0) + count
    names = OUTCOMES if done else FATES
    return {
        str(key): {"key": str(key), "name": name, "kind": kind, "count": counts[key]}
        for key, (name, kind) in names.items()
        if key in counts
    }


def _of_group(upload: Import, key: str, done: bool) -> Any:
    live = revisions.live().filter(path=OuterRef("path")).order_by().values("pk")
    files = upload.files.annotate(document_id=Subquery(live[:1]))
    if not done:
        return files.filter(fate=key)
    return files.filter(outcome=key) | files.filter(outcome="", fate=key)


def _progress(upload: Import) -> dict[str, Any]:
    of = upload.files.filter(fate__in=(Fate.NEW, Fate.CHANGED, Fate.SAME))
    return work_pages.progress(upload, of)
