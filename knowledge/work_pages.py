"""What the pages of long work have in common: a start, and how far it has come."""

import logging
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

from knowledge import batches, tasks
from knowledge.batches import Kind
from knowledge.work_models import Work

AT_ONCE = 4  # batches that are done while the browser waits; the worker does the others

logger = logging.getLogger(__name__)


def begin(kind: Kind, work: Work) -> None:
    """A little needs no worker; the rest is the worker's."""
    if not batches.go_on(kind, work, AT_ONCE):
        transaction.on_commit(_tell_the_worker)


def progress(work: Work, items: QuerySet[Any]) -> dict[str, Any]:
    return {"state": work.state, "done": items.exclude(outcome="").count(), "of": items.count()}


def _tell_the_worker() -> None:
    """A hint; the schedule finds what was not heard."""
    try:
        tasks.go_on.apply_async(expires=600)
    except (OperationalError, OSError):
        logger.warning("The worker could not be told of long work, and will find it.")
