"""The folder's page: whether its sync is paused and what that is about, and what is no document."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from knowledge import sync
from knowledge.errors import KnowledgeError
from knowledge.models import FolderSync
from knowledge.page_parts import CHANGE, VIEW, render, require
from knowledge.shown import username
from retrieval.messages import told

CONFIRM = "knowledge.confirm_folder"
LISTED = 200
FOLDER = "admin:knowledge_folder"


class ConfirmForm(forms.Form):
    """What to do, and a sum of what the person was shown."""

    kind = forms.ChoiceField(choices=[(sync.DELETE, sync.DELETE), (sync.RESTORE, sync.RESTORE)])
    seen = forms.CharField(max_length=64)


def is_paused() -> bool:
    return FolderSync.objects.exclude(paused_reason="").exists()


def folder_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    require(request, VIEW, CHANGE, CONFIRM)
    return _shown(request, admin, "knowledge/folder.html", _("Folder"))


def confirm_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """The second look: what was chosen on the folder's page is asked once more, then done."""
    require(request, CONFIRM)
    form = ConfirmForm(request.POST or request.GET)
    if not form.is_valid():
        return HttpResponseRedirect(reverse(FOLDER))
    kind, seen = form.cleaned_data["kind"], form.cleaned_data["seen"]
    if request.method != "POST":
        page = {"kind": kind, "seen": seen, "is_deletion": kind == sync.DELETE}
        return _shown(request, admin, "knowledge/folder_confirm.html", _words(kind), **page)
    try:
        report = sync.confirm(kind, actor=username(request), seen=seen)
    except KnowledgeError as error:
        return _shown(
            request, admin, "knowledge/folder.html", _("Folder"), refused=told(error, _), status=409
        )
    _tell(request, kind, report)
    return HttpResponseRedirect(reverse(FOLDER))


def _shown(
    request: HttpRequest,
    admin: ModelAdmin,
    template: str,
    title: str,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    folder = FolderSync.objects.first()
    page = {
        "title": title,
        "folder": folder,
        "root": settings.KNOWLEDGE_DIR,
        "unseen": max(0, folder.vanished_count - len(folder.vanished)) if folder else 0,
        "kinds": {kind: _words(kind) for kind in (sync.DELETE, sync.RESTORE)},
        "may_confirm": request.user.has_perm(CONFIRM),
        "rejected": folder.rejected[:LISTED] if folder else [],
        "unwritten": folder.unwritten[:LISTED] if folder else [],
        **more,
    }
    return render(request, admin, template, page, status=status)


def _words(kind: str) -> str:
    folder = FolderSync.objects.first()
    count = folder.vanished_count if folder else 0
    if kind == sync.DELETE:
        words = ngettext("Delete this document", "Delete these %(n)d documents", count)
    else:
        words = ngettext("Write the file back", "Write the %(n)d files back", count)
    return words % {"n": count}


def _tell(request: HttpRequest, kind: str, report: sync.SyncReport) -> None:
    if report.paused:
        messages.warning(request, _("The sync is paused again: %s") % told(report.paused, _))
    elif kind == sync.DELETE:
        words = ngettext("%(n)d document is deleted.", "%(n)d documents are deleted.", report.taken)
        messages.success(request, words % {"n": report.taken} + " " + _("The sync goes on."))
    else:
        words = ngettext("%(n)d file is written.", "%(n)d files are written.", report.written)
        messages.success(request, words % {"n": report.written} + " " + _("The sync goes on."))
