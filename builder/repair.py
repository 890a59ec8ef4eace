"""Finds damaged parts of versions, sets them aside, and builds them again under their own names.

Under the build lock. A part's name is the sum of its bytes, so what is built again is proved to be
the same, or is not used: the versions that need what can't be had again are marked as damaged.
"""

import logging
from collections.abc import Iterable

from builder import kept, recreation
from builder.wanted import Wanted, layout
from retrieval import manifest as manifests
from retrieval import parts
from retrieval.errors import IndexDamaged, RetrievalError
from retrieval.manifest import Manifest
from routing import activation, slots, versions
from routing.models import DeploymentVersion

logger = logging.getLogger("builder")

State = DeploymentVersion.State
TRIGGER = "repair"
GONE = (State.COLLECTED, State.BUILDING, State.VERIFYING, State.FAILED)
DELETED = "Its folder was deleted from the disk, by something other than this system."


def repair() -> None:
    """What a look at sizes finds in what is served, and what was found before; each reconcile."""
    _note_deleted()
    current = activation.current()
    if current is not None and (manifest := _manifest(current.version_id)):
        set_aside(_spoilt(manifest.parts, sums=False))
    for version in DeploymentVersion.objects.exclude(damage="").exclude(state__in=GONE):
        _mend(version)


def scrubbed(found: Iterable[str]) -> None:
    """Act on the parts that a scrub suspects: each is read once more, now under the lock."""
    kept_ = [manifest for number in layout().numbers() if (manifest := _manifest(number))]
    in_use = {part for manifest in kept_ for part in manifest.parts}
    set_aside(_spoilt(in_use.intersection(found), sums=True))
    repair()


def trigger(goal: Wanted, served: DeploymentVersion | None) -> str:
    """What the next version is built for: the served one's files are whole again, but its backend
    has the bad ones open. Empty when it is built for another reason."""
    if served is None or not served.damage or not goal.is_held_by(served):
        return ""
    manifest = _manifest(served.number)
    return TRIGGER if manifest and not _spoilt(manifest.parts, sums=False) else ""


def set_aside(damaged: dict[str, str]) -> None:
    """Rename the folders, and mark each version that uses them; `damaged` is part -> what it is."""
    if not damaged:
        return
    kept.forget()
    for part, why in damaged.items():
        logger.error("A part of the index is set aside: %s", why)
        parts.set_aside(layout(), part)
    for number in layout().numbers():
        manifest = _manifest(number)
        using = sorted(manifest.parts & damaged.keys()) if manifest else []
        if using:
            versions.damaged(number, f"A part of its index is damaged. {damaged[using[0]]}")


def _spoilt(found: Iterable[str], *, sums: bool) -> dict[str, str]:
    spoilt = {}
    for part in sorted(found):
        try:
            parts.verify(layout(), part, sums=sums)
        except IndexDamaged as error:
            spoilt[part] = str(error)
    return spoilt


def _mend(version: DeploymentVersion) -> None:
    """Build again what it lacks; whole again, it is opened anew and may return."""
    manifest = _manifest(version.number)
    if manifest is None:
        return
    for segment in manifest.segments:
        try:
            recreation.recreate(segment, manifest.fingerprint.embedder)
        except (recreation.CannotRecreate, RetrievalError) as error:
            logger.warning("%s stays damaged: %s", version.label, error)
            return
    kept.forget()
    slots.reload(version.number)
    if version.is_active and activation.held() is None:
        return  # its mark goes once the version of kind repair, which follows it, is served
    versions.mended(version.number)
    logger.warning("%s was damaged and is whole again.", version.label)


def _note_deleted() -> None:
    """A version without its folder is no version that can return."""
    ended = (State.READY, State.RETIRED, State.REJECTED, State.OVERTAKEN)
    for version in DeploymentVersion.objects.filter(state__in=ended):
        if not kept.is_whole(version.number):
            versions.lost(version, DELETED)
            logger.warning("%s can't return: %s", version.label, DELETED)


def _manifest(number: int) -> Manifest | None:
    """None when it is gone; one that is damaged makes its version unavailable."""
    try:
        return manifests.read(layout(), number)
    except IndexDamaged as error:
        versions.damaged(number, str(error))
    except RetrievalError:
        pass
    return None
