"""Clears up after a builder that died. Under the build lock: its holder is the only builder."""

import logging
import shutil
from contextlib import suppress

from builder import metrics, progress
from builder.wanted import layout
from retrieval.files import TEMPORARY, Locked, locked
from routing import versions
from routing.errors import StateConflict
from routing.models import DeploymentVersion

logger = logging.getLogger(__name__)

State = DeploymentVersion.State
DIED = "The builder died before it was done; the next build starts anew."


def recover() -> None:
    """Nothing that a dead builder began is left to be taken for a version, or to take up disk."""
    for version in DeploymentVersion.objects.filter(state__in=(State.BUILDING, State.VERIFYING)):
        _give_up(version)
    _remove_unfinished()
    progress.path().unlink(missing_ok=True)


def _give_up(version: DeploymentVersion) -> None:
    try:
        versions.failed(version, DIED)
    except StateConflict:
        return
    metrics.builds.labels(metrics.trigger_label(version.trigger), "failed").inc()
    logger.warning("%s was left half-way by a builder that died.", version.label)


def _remove_unfinished() -> None:
    """Temporary folders of segments, and version folders that never got their manifest."""
    place = layout()
    with suppress(Locked), locked(place.compaction_lock, timeout=0):  # else some may be its own
        for folder in place.segments.glob(f"{TEMPORARY}*"):
            shutil.rmtree(folder, ignore_errors=True)
    for folder in place.versions.glob("*"):
        if folder.name.isdecimal() and not place.manifest(int(folder.name)).is_file():
            shutil.rmtree(folder, ignore_errors=True)
