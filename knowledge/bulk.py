"""Deletes, or brings back, many documents by one click: what `batches` does with each of them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from knowledge import deleting, restoring
from knowledge.batches import Kind
from knowledge.bulk_models import BulkAction, BulkItem
from knowledge.models import Document, Door, Revision
from knowledge.signals import knowledge_changed

logger = logging.getLogger(__name__)

AT_ONCE = 50  # so few are done while the browser waits, all or none
KEPT = timedelta(days=30)

Outcome = BulkItem.Outcome


def delete(seen: Mapping[int, int], *, actor: str) -> BulkAction:
    """Begin to delete documents: primary key → the revision that the page showed."""
    return _begin(BulkAction.Kind.DELETE, seen.items(), actor)


def bring_back(deletions: Iterable[int], *, actor: str) -> BulkAction:
    """Begin to undo these deletions, by their primary keys."""
    found = Revision.objects.filter(pk__in=list(deletions), deleted=True).order_by("path")
    seen = found.values_list("document_id", "number")
    return _begin(BulkAction.Kind.RESTORE, seen, actor)


def tidy() -> None:
    """Forget what became of each document; its own history keeps it."""
    old = BulkAction.objects.filter(started_at__lt=timezone.now() - KEPT)
    old.exclude(state=BulkAction.State.RUNNING).delete()


def _begin(kind: str, seen: Iterable[tuple[int, int]], actor: str) -> BulkAction:
    with transaction.atomic():
        action = BulkAction.objects.create(
            kind=kind,
            state=BulkAction.State.RUNNING,
            started_at=timezone.now(),
            started_by=actor,
        )
        BulkItem.objects.bulk_create(
            (BulkItem(action=action, document_id=pk, expected=number) for pk, number in seen),
            batch_size=500,
        )
    return action


def _left(action: BulkAction) -> QuerySet[BulkItem]:
    return action.items.filter(outcome="")


def _take(action: BulkAction, items: Sequence[BulkItem]) -> None:
    does = _delete if action.kind == BulkAction.Kind.DELETE else _bring_back
    reasons = does(action, items)
    for item in items:
        item.reason = reasons.get(item.document_id, "")
        item.outcome = Outcome.LEFT if item.reason else Outcome.DONE


def _delete(action: BulkAction, items: Sequence[BulkItem]) -> dict[int, str]:
    assert action.started_at is not None
    return deleting.delete_unchanged(
        {item.document_id: item.expected for item in items},
        actor=action.started_by,
        door=Door.ADMIN,
        at=action.started_at,  # of all of them: by it they are brought back together
    )


def _bring_back(action: BulkAction, items: Sequence[BulkItem]) -> dict[int, str]:
    seen = {item.document_id: item.expected for item in items}
    found = Revision.objects.filter(document__in=seen, deleted=True).values_list(
        "pk", "document_id", "number"
    )
    deletions = [pk for pk, document, number in found if seen[document] == number]
    return restoring.bring_back(deletions, actor=action.started_by, door=Door.ADMIN).left


def _tell(action: BulkAction) -> None:
    logger.info("%s: done", action)
    if action.items.filter(outcome=Outcome.DONE).exists():
        knowledge_changed.send(sender=Document, paths=None)


KIND = Kind(BulkAction.objects.all, _left, _take, _tell)
