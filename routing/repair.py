"""Brings the pointer up to the log of activations, after a crash between the two."""

import logging
from dataclasses import replace

from django.conf import settings

from retrieval import failpoints
from routing import pointer
from routing.locks import layout, slot_lock
from routing.models import Activation
from routing.pointer import Pointer
from routing.serving import now

logger = logging.getLogger(__name__)


def repair_pointer() -> Pointer | None:
    """Make active.json name the latest activation; nothing is written when it already does."""
    with slot_lock():
        return brought_up()


def brought_up() -> Pointer | None:
    """The pointer, repaired first if a crash left it behind. The caller holds the slot lock.

    It only ever goes to a higher epoch: a pointer that is ahead of the database belongs to a
    switch that a restored database has forgotten, and stays until the next one.
    """
    serving = now()
    latest, served = serving.activation, serving.pointer
    if latest is not None and (served is None or served.epoch < latest.epoch):
        served = named_by(latest)
        logger.warning("The pointer was behind: it names %s, epoch %d, now.", latest, latest.epoch)
        point(served)
    elif served is not None and (serving.copy is None or serving.copy.epoch < served.epoch):
        point(served)
    elif served is not None and _active_version_differs(served):
        pointer.write(settings.DATA_DIR, served)
    if served is not None:
        _mend_link(served.slot, served.version)
        if served.fallback is not None:
            _mend_link(served.fallback.slot, served.fallback.version)
    return served


def point(served: Pointer) -> None:
    """Have the router obey a new activation. The caller holds the slot lock.

    The copy is first: with database and pointer lost at once, no epoch that anyone saw returns.
    """
    pointer.write_file(layout().last_activation, replace(served, fallback=None))
    failpoints.reach("pointer.copied")
    pointer.write(settings.DATA_DIR, served)


def _mend_link(slot: str, number: int) -> None:
    """What the pointer says a slot holds, it holds; a version that is gone is left to a build."""
    if layout().slot_version(slot) == number or not layout().manifest(number).is_file():
        return
    logger.warning("Slot %s did not lead to #%d: it does again.", slot, number)
    layout().assign(slot, number)


def named_by(activation: Activation) -> Pointer:
    since = activation.activated_at.isoformat(timespec="seconds")
    return Pointer(activation.epoch, activation.slot, activation.version_id, since=since)


def _active_version_differs(served: Pointer) -> bool:
    return pointer.read_active_version(settings.DATA_DIR) != served.slot
