"""Tells metrics, and those who can't ask the database, how far what is served is behind."""

import logging
import time
from typing import Any

from django.conf import settings

from builder import kept, metrics
from builder.difference import Difference
from builder.wanted import Wanted
from knowledge import quarantine
from knowledge.models import FolderSync
from routing import activation, policy, switch_metrics
from routing import behind as told
from routing.behind import Behind
from routing.models import DeploymentVersion

logger = logging.getLogger("builder")


def tell(goal: Wanted, served: DeploymentVersion | None, epoch: int, at: float) -> None:
    """`at`: when the look at `goal` began. What can't be written now is left to the next look."""
    edits = _unserved(goal, served)
    metrics.unserved_edits.set(edits)
    mode = _mode()
    switch_metrics.hold_active.set(mode == "held")
    state = Behind(at, epoch, edits, _is_in_sync(goal, served), mode)
    try:
        told.write(settings.DATA_DIR, state)
    except OSError as error:
        logger.debug("How far the served version is behind is not told: %s", error)


def note_edit(**_: Any) -> None:
    """Receives `knowledge_changed`: until the next look it is known that there is more to serve."""
    try:
        told.note_edit(settings.DATA_DIR, now())
    except OSError as error:
        logger.debug("That something was edited is not noted: %s", error)


def now() -> float:
    return time.time()


def _unserved(goal: Wanted, served: DeploymentVersion | None) -> int:
    if served is not None and served.digest == goal.digest:
        return 0
    index = kept.openable(served.number) if served else None
    revisions = index.revisions() if index else {}
    return len(Difference.between(revisions, goal.snapshot.revisions).paths)


def _is_in_sync(goal: Wanted, served: DeploymentVersion | None) -> bool:
    """As `/api/status` says, but for what the folder has not given yet."""
    if served is None or not goal.is_held_by(served) or served.coverage < 1.0:
        return False
    return not (_is_paused() or quarantine.open_ones().exists())


def _is_paused() -> bool:
    """Whether the folder is not taken in, or was never looked at."""
    last = FolderSync.objects.first()
    return last is None or last.paused_since is not None


def _mode() -> str:
    if activation.held():
        return "held"
    return "manual" if policy.current() == policy.MANUAL else "auto"
