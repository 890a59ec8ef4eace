"""Reads every byte of the parts of all kept versions: a disk may spoil what nobody asks for."""

import logging
from collections.abc import Iterable
from contextlib import suppress

from builder import repair
from builder.wanted import layout
from retrieval import listings, parts
from retrieval import manifest as manifests
from retrieval.errors import IndexDamaged, RetrievalError
from retrieval.files import Locked, locked

logger = logging.getLogger("builder")

WAIT = 60.0  # seconds for a build to end: a worker's thread is not to be held for longer


def scrub() -> None:
    """Reads without a lock, since it takes long; what it suspects is looked at again under one."""
    listed = _listed()
    suspects = [part for part in sorted(listed) if _is_suspect(part)]
    logger.info("Every byte of %d parts of the index was read: %d are damaged.",
                len(listed), len(suspects))  # fmt: skip
    _list_again(listed.difference(suspects))
    if suspects:
        _mend(suspects)


def _mend(suspects: list[str]) -> None:
    try:
        with locked(layout().build_lock, timeout=WAIT):
            repair.scrubbed(suspects)
    except Locked:
        logger.warning("A build is under way: what is damaged is looked at again with the next.")


def _listed() -> set[str]:
    found: set[str] = set()
    for number in layout().numbers():
        try:
            found |= manifests.read(layout(), number).parts
        except RetrievalError as error:
            logger.warning("#%d can't be scrubbed: %s", number, error)
    return found


def _list_again(whole: Iterable[str]) -> None:
    """What rows parts hold, where that listing was deleted, or the part is older than listings."""
    for part in whole:
        told = (layout().segment(part) / listings.DOCUMENTS).exists()
        if told and not layout().listing(part).exists():
            with suppress(OSError):  # collected meanwhile
                listings.keep(layout(), part)


def _is_suspect(part: str) -> bool:
    try:
        parts.verify(layout(), part, sums=True)
    except IndexDamaged:
        return True
    return False
