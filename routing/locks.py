"""The two locks of a switch, on the indices volume, against other threads and processes alike.

The switch lock is held by whoever is moving a slot in order to activate or to check a version,
HTTP to its backend included: so that a gate and a rollback do not take the idle slot from each
other for ever. The slot lock, inside it, is held for the writes alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from retrieval.files import Locked, locked
from retrieval.layout import Layout
from routing.errors import EpochConflict

SWITCH_SECONDS = 60.0  # longer than the one load check that another may be waiting for


def layout() -> Layout:
    return Layout(settings.INDICES_DIR)


@contextmanager
def slot_lock() -> Iterator[None]:
    """For slot links, activations and the pointer. Never held while waiting for a backend."""
    with locked(layout().slot_lock):
        yield


@contextmanager
def switch_lock() -> Iterator[None]:
    """One switch at a time. It waits for another's load check, never for a build or a gate."""
    try:
        with locked(layout().indices / "switch.lock", timeout=SWITCH_SECONDS):
            yield
    except Locked as error:
        raise EpochConflict("Another activation is under way and has not ended.") from error
