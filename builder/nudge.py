"""Tells the worker that something changed. Only a hint: the schedule finds what is lost."""

import logging
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

from builder import tasks

logger = logging.getLogger(__name__)

# The schedule runs by then, so an old nudge has nothing to add; a burst of saves leaves no queue.
EXPIRES = 5.0  # seconds


def nudge(paths: list[str] | None = None, **_: Any) -> None:
    """Receives a signal; the task is sent once what was saved can be read by the worker."""
    transaction.on_commit(lambda: _send(tasks.reconcile, paths or []))


def nudge_backlog(**_: Any) -> None:
    """Receives a signal."""
    transaction.on_commit(lambda: _send(tasks.embed))


def nudge_ahead(**_: Any) -> None:
    """Receives a signal."""
    transaction.on_commit(lambda: _send(tasks.write_ahead))


def _send(task: Any, *arguments: Any) -> None:
    try:
        task.apply_async(arguments, expires=EXPIRES)
    except (OperationalError, OSError) as error:
        logger.warning("The worker could not be told of a change, and will find it by itself: %s",
                       error)  # fmt: skip
