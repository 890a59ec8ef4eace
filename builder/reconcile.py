"""Compares what should be served with what is, and converges: builds, proves, activates.

Every nudge, and the schedule, end here; it may run at any time, any number of times, anywhere.
"""

import logging
from collections.abc import Collection

from builder import decisions, steps
from builder.recovery import recover
from builder.repair import repair
from builder.restoring import restore
from builder.steps import Step
from builder.wanted import layout
from knowledge import sync
from retrieval.files import Locked, locked
from routing import activation

logger = logging.getLogger("builder")


def reconcile(hinted: Collection[str] = (), *, routine: bool = False) -> None:
    """Bring what is served to what the folder and the database hold, as far as a hold allows.

    `hinted`: where to look in the folder, for who was told of a change; nothing: everywhere.
    `routine`: nobody was told of anything, so a large folder need not be scanned each time.
    """
    activation.repair_pointer()
    _sync_folder(hinted, routine)
    while _turn(routine):
        pass
    decisions.write()


def _sync_folder(hinted: Collection[str], routine: bool) -> None:
    """What the folder can't give now must not keep what the database has from being served."""
    try:
        sync.reconcile_folder(hinted, routine=routine)
    except Exception:
        logger.exception("The folder could not be reconciled; what is saved is served meanwhile.")


def _following() -> Step | None:
    """What is damaged is mended first, also what the step before has left free to be."""
    repair()
    return steps.following()


def _turn(routine: bool) -> bool:
    """All the steps that there are, under the build lock; True when it is worth another turn.

    After the lock is given back we look once more: a nudge that found it taken went away, and
    what it was for was perhaps saved after our last look.
    """
    try:
        with locked(layout().build_lock, timeout=0):
            restore()
            recover()
            while step := _following():
                if not step.take():
                    return False
    except Locked:
        if routine:  # who builds tells nothing until it is done; not for each nudge of a burst
            steps.look()
        return False
    return steps.following(only_looks=True) is not None
