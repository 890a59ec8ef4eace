"""Deleting one document or many: what was shown on the page is what is deleted, or nothing is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin

from knowledge import (
    bulk,
    bulk_pages,
    deleting,
    lint,
    quarantine,
    revisions,
    telling,
    undo_pages,
)
from knowledge.errors import StaleRevision
from knowledge.forms import changes
from knowledge.models import Document, Door
from knowledge.page_parts import ADD, render
from knowledge.shown import username

LISTED = 100  # documents that the page names, and changes that it shows
LIST = "admin:knowledge_document_changelist"
_PAIR = re.compile(r"(\d{1,18}):(\d{1,9})")

Seen = dict[int, int]  # primary key → the revision that the page showed


@admin.action(permissions=["delete"], description=gettext_lazy("Delete the selected documents"))
def delete_selected(
    model_admin: ModelAdmin, request: HttpRequest, chosen: QuerySet[Document]
) -> HttpResponse:
    return delete_page(request, model_admin, chosen.values_list("pk", flat=True))


def delete_page(
    request: HttpRequest, model_admin: ModelAdmin, chosen: Iterable[int]
) -> HttpResponse:
    """Asks for the confirmation, which is posted to `delete_several`."""
    if not model_admin.has_delete_permission(request):
        raise PermissionDenied
    documents = list(_live(chosen))
    if not documents:
        messages.info(request, _("There is nothing left to delete."))
        return HttpResponseRedirect(reverse(LIST))
    return _page(request, model_admin, documents, [])


def delete_several(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    if not model_admin.has_delete_permission(request):
        raise PermissionDenied
    seen = {int(pk): int(number) for pk, number in _PAIR.findall(request.POST.get("seen", ""))}
    documents = list(_live(seen))
    quarantined = quarantine.open_ones().filter(document__in=documents).exists()
    does = _delete_now if len(documents) <= bulk.AT_ONCE else _begin
    try:
        response = does(request, model_admin, documents, seen)
    except StaleRevision:
        documents = list(_live(seen))
        return _page(request, model_admin, documents, _changed(documents, seen), status=409)
    if quarantined:
        messages.info(request, _("What was in quarantine: its deletion ends that, and is live."))
    return response


def _delete_now(
    request: HttpRequest, model_admin: ModelAdmin, documents: Sequence[Document], seen: Seen
) -> HttpResponse:
    """All or none."""
    actor = username(request)
    gone = deleting.delete_all(documents, actor=actor, door=Door.ADMIN, expected=seen)
    model_admin.log_deletions(request, documents)
    _tell(request, documents, gone)
    return HttpResponseRedirect(reverse(LIST))


def _begin(
    request: HttpRequest, model_admin: ModelAdmin, documents: Sequence[Document], seen: Seen
) -> HttpResponse:
    """None when one was saved since it was shown; who is saved later than now is left alone."""
    for document in documents:
        revisions.refuse_stale(document.path, document.revision, seen[document.pk])
    return bulk_pages.begin(bulk.delete(seen, actor=username(request)))


def _live(chosen: Iterable[int]) -> QuerySet[Document]:
    found = revisions.live().filter(pk__in=list(chosen)).order_by("path")
    return found.defer("revision__body")


def _changed(documents: Sequence[Document], seen: Seen) -> list[dict[str, Any]]:
    """What others saved since the page was shown."""
    stale = [each for each in documents if each.revision and each.revision.number != seen[each.pk]]
    return [
        {"document": each, "difference": changes(each, seen[each.pk], each.revision)}
        for each in stale[:LISTED]
        if each.revision
    ]


def _page(
    request: HttpRequest,
    model_admin: ModelAdmin,
    documents: Sequence[Document],
    changed: Sequence[dict[str, Any]],
    **kwargs: Any,
) -> HttpResponse:
    count = len(documents)
    words = ngettext("Delete %(n)d document", "Delete %(n)d documents", count) % {"n": count}
    page = {
        "title": words,
        "words": words,
        "documents": documents[:LISTED],
        "linking": lint.linking_to(documents[0].path) if count == 1 else [],
        "more": max(0, count - LISTED),
        "action": reverse("admin:knowledge_document_delete_several"),
        "changed": changed,
        "seen": ",".join(_pairs(documents)),
    }
    return render(request, model_admin, "knowledge/delete.html", page, **kwargs)


def _pairs(documents: Iterable[Document]) -> Iterator[str]:
    return (f"{each.pk}:{each.revision.number}" for each in documents if each.revision)


def _tell(request: HttpRequest, documents: Sequence[Document], gone: int) -> None:
    if gone == 0:
        messages.info(request, _("Someone else deleted it before you: nothing was done."))
        return
    first = documents[0]
    words = _("%(path)s is deleted.") % {"path": first.path}
    if gone > 1:
        words = ngettext("%(n)d document is deleted.", "%(n)d documents are deleted.", gone) % {
            "n": gone
        }
    asking = telling.asking(first.pk) if gone == 1 else ""
    undo = format_html(
        '<a class="knowledge-link" href="{}">{}</a>', undo_pages.link(first.pk), _("Undo")
    )
    may_undo = request.user.has_perm(ADD)
    messages.success(request, format_html("{} {} {}", words, undo if may_undo else "", asking))
