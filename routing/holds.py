"""Holds: automatic activation stops at a rollback, until someone resumes."""

import logging

from django.db import transaction
from django.utils import timezone

from routing import signals
from routing.models import Hold

logger = logging.getLogger(__name__)


def held() -> Hold | None:
    """The open hold, or None when versions go live by themselves."""
    return Hold.objects.filter(lifted_at=None).first()


def place(*, actor: str, reason: str) -> Hold:
    """Open a hold. One that is already open stays as it is: it says who stopped first, and why."""
    return held() or Hold.objects.create(placed_by=actor, reason=reason)


def resume(*, actor: str, door: str) -> None:
    """Lift the hold and tell who builds; nothing happens when there is none."""
    with transaction.atomic():
        lifted = Hold.objects.filter(lifted_at=None).update(
            lifted_at=timezone.now(), lifted_by=actor, lifted_door=door
        )
        if lifted:
            logger.info("Resumed by %s (%s): versions go live by themselves again.", actor, door)
            transaction.on_commit(lambda: signals.resumed.send(sender=Hold))
