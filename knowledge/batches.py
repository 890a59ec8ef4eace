"""Goes on with long work, some dozens of documents a transaction, from where it stopped.

What became of an item is written in the transaction that did it: whoever goes on after a crash, or
beside somebody else who does, does nothing twice.
"""

import itertools
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from knowledge.work_models import Work
from retrieval.files import Locked, locked

BATCH = 50  # items a transaction: others who save wait for one batch at most
# SQLite has no queue: who waits for its lock looks again every 100 ms, and must find it free once.
PAUSE = 0.15

State = Work.State

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of work is made of; items have an `outcome` and a `reason`."""

    works: Callable[[], QuerySet[Any]]
    left: Callable[[Any], QuerySet[Any]]  # the items of which nothing became yet, in their order
    take: Callable[[Any, Sequence[Any]], None]  # does them, and says of each what became of it
    tell: Callable[[Any], None]  # once, at the end: so that a build or two follow, not thousands


def go_on(kind: Kind, work: Work, batches: int | None = None) -> bool:
    """Do what is left of running work, at most so many batches; True once it is done."""
    for _ in itertools.count() if batches is None else range(batches):
        if not _batch(kind, work):
            return True
        if connection.vendor == "sqlite":
            time.sleep(PAUSE)
    return False


def go_on_with_all(kinds: Iterable[Kind]) -> None:
    """What was confirmed, and what a killed worker left; who finds another at it goes away.

    Two at once would take turns, and leave no moment in which others get the database's lock.
    """
    with suppress(Locked), locked(Path(settings.RUN_DIR) / "work.lock", timeout=0):
        for kind in kinds:
            _go_on_with_each(kind)


def _go_on_with_each(kind: Kind) -> None:
    """One that fails keeps no other waiting; it is tried again when next all are gone on with."""
    tried: list[Any] = []
    while work := kind.works().filter(state=State.RUNNING).exclude(pk__in=tried).first():
        tried.append(work.pk)
        try:
            go_on(kind, work)
        except Exception:
            logger.exception("%s could not be gone on with.", work)


def finish(kind: Kind, work: Work) -> bool:
    """Running work is done with, also where something is left of it; False when it was before."""
    running = kind.works().filter(pk=work.pk, state=State.RUNNING)
    if not running.update(state=State.DONE, finished_at=timezone.now()):
        return False
    transaction.on_commit(lambda: kind.tell(work))
    return True


def _batch(kind: Kind, work: Work) -> bool:
    """One transaction's worth; False when nothing is left to do."""
    with transaction.atomic():
        # The row's lock: two who go on with the same work take turns.
        running = kind.works().select_for_update().filter(pk=work.pk, state=State.RUNNING)
        if not running.exists():
            return False
        items = list(kind.left(work)[:BATCH])
        kind.take(work, items)
        _remember(items)
        if len(items) == BATCH:
            return True
        finish(kind, work)
    return False


def _remember(items: Sequence[Any]) -> None:
    """Most have nothing to say, and are written by one statement for each outcome."""
    ids: dict[str, list[int]] = {}
    for item in items:
        if item.reason:
            item.save(update_fields=["outcome", "reason"])
        else:
            ids.setdefault(item.outcome, []).append(item.pk)
    for outcome, some in ids.items():
        type(items[0])._default_manager.filter(pk__in=some).update(outcome=outcome)
