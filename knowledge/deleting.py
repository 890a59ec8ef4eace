"""Deletes several documents as they were seen: all or none, or each that is so still."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from knowledge import places, revisions
from knowledge.errors import StaleRevision
from knowledge.models import Document


def delete_all(
    documents: Iterable[Document],
    *,
    actor: str,
    door: str,
    expected: Mapping[int, int] | None = None,
) -> int:
    """Delete those that are live still where they were, in one transaction; returns how many.

    `expected`: primary key → the revision that the caller saw; StaleRevision, and none is deleted,
    when another one is live by now.
    """
    wanted = {each.pk: each.path for each in documents}
    with transaction.atomic():
        places.lock(wanted.values())
        rows = list(_live(wanted).order_by("id"))
        for document in rows:
            number = expected[document.pk] if expected else None
            revisions.refuse_stale(document.path, document.revision, number)
        found = [document for document in rows if document.path == wanted[document.pk]]
        # One time for all: by it they are brought back together.
        revisions.bury(found, actor=actor, door=door, at=timezone.now())
        revisions.announce([document.path for document in found])
    return len(found)


def delete_unchanged(
    expected: Mapping[int, int], *, actor: str, door: str, at: datetime
) -> dict[int, str]:
    """Delete those that are as they were seen; returns why each of the others was left.

    Tells nobody: for one batch of many.
    """
    left = dict.fromkeys(expected, "Somebody else had deleted it before.")
    unchanged = []
    with transaction.atomic():
        # Who moves between the look at its path and the lock has another revision by then.
        places.lock(_live(expected).values_list("path", flat=True))
        for document in _live(expected).order_by("id"):
            try:
                revisions.refuse_stale(document.path, document.revision, expected[document.pk])
            except StaleRevision as error:
                left[document.pk] = str(error)
            else:
                unchanged.append(document)
                del left[document.pk]
        revisions.bury(unchanged, actor=actor, door=door, at=at)
    return left


def _live(documents: Iterable[int]) -> QuerySet[Document]:
    return revisions.live().filter(id__in=list(documents)).defer("revision__body")
