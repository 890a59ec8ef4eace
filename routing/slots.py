"""Which version each slot is assigned: only the idle one is ever given another."""

from dataclasses import replace

from django.conf import settings

from retrieval import failpoints
from retrieval.layout import SLOTS, other
from retrieval.messages import worded
from routing import pointer
from routing.errors import NoSuchSlot, VersionGone
from routing.locks import layout, slot_lock, switch_lock
from routing.pointer import Pointer
from routing.repair import brought_up


def place(number: int) -> str:
    """Point the idle slot at a version, and say which slot that is; VersionGone without its index.

    A switch that is under way is waited for, so that a gate does not take the slot from it.
    """
    with switch_lock():
        return take_idle_slot(number)


def take_idle_slot(number: int) -> str:
    """As `place`, for a caller that already holds the switch lock."""
    with slot_lock():
        served = brought_up()
        slot = idle_slot(served)
        if layout().slot_version(slot) == number:
            return slot
        if not layout().manifest(number).is_file():
            raise VersionGone(worded("The index of #%(number)s is no longer kept.", number=number))
        # First the fallback, then the link: the other order would leave the router a moment
        # in which it falls back on a candidate that nothing has checked.
        if served is not None and served.fallback is not None:
            pointer.write(settings.DATA_DIR, replace(served, fallback=None))
        failpoints.reach("slot.fallback")
        layout().assign(slot, number)
        failpoints.reach("slot.assigned")
        return slot


def reload(number: int) -> None:
    """Have the backend of each slot that holds the version open it anew: its files were mended."""
    with slot_lock():
        for slot in SLOTS:
            if layout().slot_version(slot) == number:
                layout().assign(slot, number)


def idle_slot(served: Pointer | None) -> str:
    return other(served.slot) if served is not None else SLOTS[0]


def version_in(slot: str) -> int | None:
    """The number that a slot is assigned; NoSuchSlot for anything but v1 and v2."""
    if slot not in SLOTS:
        raise NoSuchSlot(f"There is no slot {slot!r}: it is v1 or v2.")
    return layout().slot_version(slot)
