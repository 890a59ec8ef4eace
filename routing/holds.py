"""Holds: automatic activation stops at a rollback, until someone resumes."""

import logging

from django.db import transaction
from django.utils import timezone

from routing import signals, switch_metrics
from routing.errors import EpochConflict
from routing.models import Hold
from routing.serving import now

logger = logging.getLogger(__name__)


def held() -> Hold | None:
    """The open hold, or None when versions go live by themselves."""
    return Hold.objects.filter(lifted_at=None).first()


def place(*, actor: str, reason: str) -> Hold:
    """Open a hold. One that is already open stays as it is: it says who stopped first, and why."""
    transaction.on_commit(lambda: switch_metrics.hold_active.set(1))
    return held() or Hold.objects.create(placed_by=actor, reason=reason)


def resume(*, actor: str, door: str, epoch: int | None = None) -> None:
    """Lift the hold and tell who builds; nothing happens when there is none.

    `epoch`: refuse when another is active by now, such as of a rollback that came first.
    """
    with transaction.atomic():
        lifted = Hold.objects.filter(lifted_at=None).update(
            lifted_at=timezone.now(), lifted_by=actor, lifted_door=door
        )
        # After the change, which is taken back then: so no rollback's hold is lifted unseen.
        if epoch is not None and epoch != (active := now().epoch):
            raise EpochConflict(f"The active epoch is {active} by now, not {epoch}.")
        transaction.on_commit(lambda: switch_metrics.hold_active.set(0))
        if lifted:
            logger.info("Resumed by %s (%s): versions go live by themselves again.", actor, door)
            transaction.on_commit(lambda: signals.resumed.send(sender=Hold))
