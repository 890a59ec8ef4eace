"""Undo of a deletion: exactly what was deleted together comes back, after one look at it."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin

from knowledge import bulk, bulk_pages, restoring, revisions
from knowledge.models import Document, Door, Revision
from knowledge.page_parts import ADD, number, render, require, undo_address
from knowledge.shown import username
from retrieval.messages import told

LISTED = 100
LIST = "admin:knowledge_document_changelist"


def link(document: int) -> str:
    """To the page that undoes the deletion of this document, and of all that went with it."""
    deletion = Revision.objects.filter(document=document, deleted=True).latest("id")
    return undo_address(deletion.saved_by, deletion.saved_at)


@admin.action(permissions=["add"], description=gettext_lazy("Bring the selected documents back"))
def bring_back_selected(
    model_admin: ModelAdmin, request: HttpRequest, chosen: QuerySet[Document]
) -> HttpResponse:
    found = restoring.last_deletions(chosen.values_list("pk", flat=True))
    return _page(request, model_admin, list(found))


def undo_page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """GET shows what would come back; what was shown is posted."""
    require(request, ADD)
    if request.method != "POST":
        at = _moment(request.GET.get("at", ""))
        by = request.GET.get("by", "")
        return _page(request, model_admin, list(restoring.deleted_together(by, at)) if at else [])
    seen = [pk for each in request.POST.get("seen", "").split(",") if (pk := number(each))]
    if len(seen) > bulk.AT_ONCE:
        return bulk_pages.begin(bulk.bring_back(seen, actor=username(request)))
    done = restoring.bring_back(seen, actor=username(request), door=Door.ADMIN)
    if done.paths:
        revisions.announce(done.paths)
        messages.success(request, _back(done.paths))
    for why in list(done.left.values())[:LISTED]:
        messages.warning(request, _("Left as it is: %s") % told(why, _))
    if not done.paths and not done.left:
        messages.info(request, _("There is nothing to bring back."))
    return HttpResponseRedirect(reverse(LIST))


def _back(paths: Sequence[str]) -> str:
    if len(paths) == 1:
        return _("%(path)s is back.") % {"path": paths[0]}
    words = ngettext("%(n)d document is back.", "%(n)d documents are back.", len(paths))
    return words % {"n": len(paths)}


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _page(
    request: HttpRequest, model_admin: ModelAdmin, deletions: Sequence[Revision]
) -> HttpResponse:
    gone = [each for each in deletions if each.document.revision_id is None]
    if not gone:
        messages.info(request, _("There is nothing to bring back."))
        return HttpResponseRedirect(reverse(LIST))
    count = len(gone)
    page = {
        "title": ngettext("Bring back %(n)d document", "Bring back %(n)d documents", count)
        % {"n": count},
        "deletions": gone[:LISTED],
        "more": max(0, count - LISTED),
        "seen": ",".join(str(each.pk) for each in gone),
    }
    return render(request, model_admin, "knowledge/undo.html", page)
