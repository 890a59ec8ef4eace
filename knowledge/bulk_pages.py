"""The page of a bulk action: how far it has come, then what became of the documents.

It works without JavaScript.
"""

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from knowledge import batches, bulk, restoring, work_pages
from knowledge.bulk_models import BulkAction, BulkItem
from knowledge.page_parts import ADD, DELETE, render, require, undo_address

LISTED = 200  # documents that were left as they are

Kind, Outcome, State = BulkAction.Kind, BulkItem.Outcome, BulkAction.State


def begin(action: BulkAction) -> HttpResponse:
    """The first batches, then the page."""
    work_pages.begin(bulk.KIND, action)
    return HttpResponseRedirect(reverse("admin:knowledge_bulk", args=[action.pk]))


def bulk_page(request: HttpRequest, model_admin: ModelAdmin, pk: UUID) -> HttpResponse:
    """Who may do what it does may stop it: what is done by then stays so."""
    require(request, DELETE, ADD)
    action = get_object_or_404(BulkAction, pk=pk)
    if request.method == "POST":
        require(request, DELETE if action.kind == Kind.DELETE else ADD)
        batches.finish(bulk.KIND, action)
        return HttpResponseRedirect(request.path)
    counts = dict(action.items.order_by().values_list("outcome").annotate(Count("id")))
    left = action.items.filter(outcome=Outcome.LEFT).select_related("document")
    done = _done(action, counts.get(Outcome.DONE, 0))
    running = action.state == State.RUNNING
    page = {
        "title": _words(action, sum(counts.values())) if running else done,
        "action": action,
        "progress": work_pages.progress(action, action.items.all()),
        "left": left[:LISTED],
        "more": max(0, counts.get(Outcome.LEFT, 0) - LISTED),
        "left_count": counts.get(Outcome.LEFT, 0),
        "not_reached": 0 if running else counts.get("", 0),
        "undo": _undo(request, action),
    }
    return render(request, model_admin, "knowledge/bulk.html", page)


def progress_view(request: HttpRequest, model_admin: ModelAdmin, pk: UUID) -> JsonResponse:
    require(request, DELETE, ADD)
    action = get_object_or_404(BulkAction, pk=pk)
    return JsonResponse(work_pages.progress(action, action.items.all()))


def under_way(request: HttpRequest) -> list[dict[str, Any]]:
    """For the list of documents: what changes it while one looks."""
    if not (request.user.has_perm(DELETE) or request.user.has_perm(ADD)):
        return []
    running = BulkAction.objects.filter(state=State.RUNNING).annotate(count=Count("items"))
    return [{"pk": each.pk, "words": _words(each, each.count)} for each in running]


def _words(action: BulkAction, count: int) -> str:
    words = (
        ngettext("Deleting %(n)d document", "Deleting %(n)d documents", count)
        if action.kind == Kind.DELETE
        else ngettext("Bringing back %(n)d document", "Bringing back %(n)d documents", count)
    )
    return words % {"n": count}


def _done(action: BulkAction, count: int) -> str:
    words = (
        ngettext("%(n)d document is deleted.", "%(n)d documents are deleted.", count)
        if action.kind == Kind.DELETE
        else ngettext("%(n)d document is back.", "%(n)d documents are back.", count)
    )
    return words % {"n": count}


def _undo(request: HttpRequest, action: BulkAction) -> str:
    """Where its deletions are brought back; empty where there is nothing to, or no right."""
    if action.kind != Kind.DELETE or not action.started_at or not request.user.has_perm(ADD):
        return ""
    gone = restoring.deleted_together(action.started_by, action.started_at)
    is_undoable = gone.filter(document__revision=None).exists()
    return undo_address(action.started_by, action.started_at) if is_undoable else ""
