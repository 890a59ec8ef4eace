"""What the idle slot holds between two switches: the version before, which may be needed at once.

A check leaves its candidate there. Where that was refused, the router would have nothing to fall
back on, and the way back to the version before would be a load. What waits for a person stays: it
is to be sent the traffic by its slot, too.
"""

import logging
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from retrieval import failpoints
from retrieval.layout import other
from routing import backends, pointer, serving, slots
from routing.errors import NothingToRollBackTo, RoutingError
from routing.fallback import may_stand_in
from routing.locks import layout, slot_lock, switch_lock
from routing.models import DeploymentVersion
from routing.pointer import Fallback, Pointer
from routing.repair import brought_up
from routing.rollback import rollback_target

logger = logging.getLogger(__name__)

LOAD_SECONDS = 5.0
State = DeploymentVersion.State
REFUSED = (State.REJECTED, State.FAILED, State.OVERTAKEN)


def rest() -> None:
    """Give the idle slot back to the version before, and name the fallback again.

    May be called at any time, also beside a switch or a check: these go first, and each write here
    is made only while the slot holds what it was decided for.
    """
    now = serving.now()
    served = now.pointer
    if served is None or served.fallback is not None or not now.is_logged:
        return
    try:
        number = _given_back(served)
        if number is not None:
            _name_fallback(served, number)
    except RoutingError as error:
        logger.warning("The router has no fallback for now: %s", error)


def _given_back(served: Pointer) -> int | None:
    """What the idle slot holds then; None while that may not be answered from."""
    slot = other(served.slot)
    held = layout().slot_version(slot)
    if not _is_left_over(held):
        return held
    with switch_lock():
        moved = serving.read_pointer() != served
        target = _version_before()
        if moved or target is None or not _is_left_over(layout().slot_version(slot)):
            return None
        slots.take_idle_slot(target)
    backends.loaded(slot, target, LOAD_SECONDS)
    logger.info("Slot %s is given back to #%d.", slot, target)
    return target


def _is_left_over(number: int | None) -> bool:
    """Whether it was placed for a check that is over, and that it did not pass."""
    version = DeploymentVersion.objects.filter(number=number or 0).first()
    return version is not None and version.state in REFUSED


def _version_before() -> int | None:
    try:
        target = rollback_target()
    except NothingToRollBackTo:
        return None
    return None if target.damage else target.number


def _name_fallback(served: Pointer, number: int) -> None:
    if not _may_stand_in(settings.DATA_DIR, served, number):
        return
    slot = other(served.slot)
    backends.loaded(slot, number, LOAD_SECONDS)
    with slot_lock():
        if brought_up() != served or layout().slot_version(slot) != number:
            return
        failpoints.reach("fallback.before")
        pointer.write(settings.DATA_DIR, replace(served, fallback=Fallback(slot, number)))
    logger.info("The router may fall back on #%d again.", number)


@lru_cache(maxsize=4)
def _may_stand_in(data_dir: Path, served: Pointer, number: int) -> bool:
    """Remembered, by system: the two may differ for hours in a document that was deleted, and to
    compare them costs their whole lists."""
    return may_stand_in(number, served.version)
