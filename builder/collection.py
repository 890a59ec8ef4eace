"""Gives back the disk of versions that are no longer kept, and of what died half-way.

In this order, each durable before the next: the version is collected in the database, so that
nobody begins to activate it; its manifest goes, so that nobody opens it; then its folder; then the
parts that no manifest names. Whoever dies in between leaves what the next run finishes.
"""

import logging
import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from django.conf import settings

from builder import burst, compacted, decisions, pruning, retention, vectors_written
from builder.wanted import layout
from retrieval import manifest as manifests
from retrieval.errors import IndexDamaged
from retrieval.failpoints import reach
from retrieval.files import TEMPORARY, Locked, fsync_folder, locked
from retrieval.parts import DAMAGED
from routing import versions
from routing.errors import StateConflict
from routing.locks import slot_lock
from routing.models import DeploymentVersion

logger = logging.getLogger("builder")

State = DeploymentVersion.State


def collect() -> None:
    """Leaves at once while a build is under way: the schedule comes again.

    So it does where the database has lost what people pinned: the next reconcile tells it.
    """
    try:
        with locked(layout().build_lock, timeout=0):
            if decisions.is_behind():
                return
            _collect_versions()
            _collect_parts()
    except Locked:
        return
    pruning.prune()


def _collect_versions() -> None:
    """Under the slot lock, as every slot and activation is: a switch to one of these either has
    its slot before, so that the version stays, or finds the manifest gone, and is refused.
    """
    with slot_lock():
        collected = [version for version in retention.to_collect() if _collect(version)]
        _clear(_temporary(layout().indices), _temporary(settings.DATA_DIR))
    if collected:
        logger.info("Collected %s.", ", ".join(version.label for version in reversed(collected)))


def _collect(version: DeploymentVersion) -> bool:
    """False when it was pinned meanwhile."""
    if version.state != State.COLLECTED:
        try:
            versions.collected(version)
        except StateConflict:
            return False
        reach("collection.marked")
    folder = layout().version(version.number)
    layout().manifest(version.number).unlink()
    fsync_folder(folder)  # a manifest that a power cut brought back would name parts that are gone
    reach("collection.manifest")
    shutil.rmtree(folder)
    fsync_folder(folder.parent)
    return True


def _collect_parts() -> None:
    """Not while compaction writes: nothing names its parts until it is done."""
    segments, listed = layout().segments, layout().listings
    if not segments.is_dir():
        return
    try:
        with locked(layout().compaction_lock, timeout=0):
            named = _named()
            for part in _unnamed(segments, named):
                # First out of sight, whole: a part that lacks a file would count as damaged.
                gone = part.rename(part.with_name(f"{TEMPORARY}{part.name}"))
                shutil.rmtree(gone)
                reach("collection.segments")
            for listing in _unnamed(listed, named):
                listing.unlink()
            _clear(_temporary(segments), segments.glob(f"{DAMAGED}*"), _temporary(listed))
    except Locked:
        return
    except IndexDamaged as error:
        logger.warning("No segment is collected, since nobody knows what this one needs: %s", error)


def _named() -> set[str | None]:
    """The parts that a version uses, or the next build may."""
    named: set[str | None] = {
        *compacted.parts(layout()), *vectors_written.parts(layout()), *burst.parts(),
    }  # fmt: skip
    for number in layout().numbers():
        for ref in manifests.read(layout(), number).segments:
            named |= {ref.rows, ref.vectors}
    return named


def _unnamed(folder: Path, named: Collection[str | None]) -> list[Path]:
    """What belongs to other parts than these, and is old enough."""
    found = [path for path in folder.glob("*") if not path.name.startswith(".")]
    return [path for path in found if path.stem not in named and _is_old(path)]


def _temporary(folder: Path) -> Iterator[Path]:
    return folder.glob(f"{TEMPORARY}*")


def _clear(*leftovers: Iterator[Path]) -> None:
    """What processes that died left, once no living one can still be at it."""
    for path in [path for some in leftovers for path in some if _is_old(path)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    return time.time() - path.lstat().st_mtime >= settings.COLLECT_GRACE_SECONDS
