"""A document's history: its timeline, the difference between any two revisions, and restore."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from knowledge import restoring, timeline
from knowledge.errors import KnowledgeError, StaleRevision
from knowledge.models import Document, Door, Revision
from knowledge.page_parts import ADD, CHANGE, VIEW, number, render, require
from knowledge.shown import username
from retrieval.diffs import Diff, diff
from retrieval.messages import told

PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """`old` is None where `new` is the first; both are None where there is nothing yet."""

    old: Revision | None
    new: Revision | None
    diff: Diff


def history_page(request: HttpRequest, admin: ModelAdmin, document: Document) -> HttpResponse:
    require(request, VIEW, CHANGE)
    found = all_of(document)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = list(shown.object_list)
    older = found[shown.end_index() : shown.end_index() + 1].first() if rows else None
    page = {
        "title": _("History"),
        "document": document,
        "shown": shown,
        "events": timeline.events(rows, older),
        "compared": compared(found, request.GET.get("from"), request.GET.get("to")),
        "may_restore": request.user.has_perm(CHANGE if document.revision else ADD),
    }
    return render(request, admin, "knowledge/history.html", page)


def restore_page(
    request: HttpRequest, admin: ModelAdmin, document: int, revision: int
) -> HttpResponse:
    """What comes back and what goes, then a new revision; a save meanwhile is looked at first."""
    return _restore(request, admin, document_or_404(document), revision)


def _restore(request: HttpRequest, admin: ModelAdmin, document: Document, pk: int) -> HttpResponse:
    require(request, CHANGE if document.revision else ADD)
    earlier = get_object_or_404(all_of(document).defer(None), pk=pk, deleted=False)
    refused: KnowledgeError | None = None
    seen = number(request.POST.get("expected"))
    if request.method == "POST":
        try:
            return _restored(request, earlier, expected=seen)
        except KnowledgeError as error:
            refused = error
            document.refresh_from_db()
    live = document.revision
    page = {
        "title": _("Restore revision %(n)d") % {"n": earlier.number},
        "document": document,
        "earlier": earlier,
        "live": live,
        "difference": diff(live.body if live else "", earlier.body),
        "refused": told(refused, _) if refused else "",
        "their_change": _their_change(document, seen) if _is_stale(refused) else None,
    }
    return render(request, admin, "knowledge/restore.html", page, status=409 if refused else 200)


def all_of(document: Document) -> QuerySet[Revision]:
    """Its revisions at every path, and whatever else was ever saved at its path; newest first."""
    found = Revision.objects.filter(Q(document=document) | Q(path=document.path)).order_by("-id")
    return found.select_related("document").defer("body")


def compared(found: QuerySet[Revision], start: str | None, end: str | None) -> Compared:
    """The two that were chosen, the older first; else the newest and the one before it."""
    texts = found.defer(None)
    new = texts.filter(pk=number(end)).first() or texts.filter(conflict=False).first()
    if new is None:
        return Compared(None, None, Diff())
    old = texts.filter(pk=number(start)).first()
    if old is None or old == new:
        old = texts.filter(pk__lt=new.pk, conflict=False).first()
    if old and old.pk > new.pk:
        old, new = new, old
    return Compared(old, new, diff(old.body if old else "", new.body))


def _restored(request: HttpRequest, earlier: Revision, *, expected: int) -> HttpResponse:
    document = earlier.document
    saved = restoring.restore(earlier, actor=username(request), door=Door.ADMIN, expected=expected)
    numbers: dict[str, Any] = {"n": earlier.number, "new": saved.revision.number}
    if saved.changed:
        messages.success(request, _("Revision %(n)d is restored, as revision %(new)d.") % numbers)
    else:
        messages.info(request, _("The current text is the same already: nothing was done."))
    pk = saved.revision.document_id or document.pk
    return HttpResponseRedirect(reverse("admin:knowledge_document_history", args=[pk]))


def _is_stale(refused: KnowledgeError | None) -> bool:
    return isinstance(refused, StaleRevision)


def _their_change(document: Document, seen: int) -> Diff | None:
    """What someone saved since the page was shown."""
    before = document.revisions.filter(number=seen, deleted=False).first()
    live = document.revision
    return diff(before.body, live.body) if before and live else None


def document_or_404(pk: int) -> Document:
    found = Document.objects.select_related("revision").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
