"""Whether proved versions go live by themselves, or wait until a person decides."""

import logging

from django.conf import settings
from django.db import transaction

from retrieval.messages import worded
from routing import signals
from routing.errors import StateConflict
from routing.locks import slot_lock
from routing.models import PolicyChange
from routing.reasons import given

logger = logging.getLogger(__name__)

AUTO, MANUAL = PolicyChange.Policy.AUTO, PolicyChange.Policy.MANUAL


def current() -> str:
    """`auto` or `manual`; the setting, until someone changes it here."""
    change = latest()
    return change.policy if change else settings.PUBLISH_POLICY


def latest() -> PolicyChange | None:
    return PolicyChange.objects.order_by("-id").first()


def change(policy: str, *, actor: str, reason: str, door: str = "admin") -> PolicyChange:
    """Decide otherwise from now on, and tell who builds; StateConflict when it is so already.

    Under the slot lock: a switch that the builder is logging at this moment is before the change,
    and once this returns there is none after it.
    """
    why = given(reason)
    if policy not in PolicyChange.Policy.values:
        raise ValueError(f"{policy!r} is not a policy.")
    with slot_lock(), transaction.atomic():
        if current() == policy:
            raise StateConflict(_is_so_already(latest()))
        made = PolicyChange.objects.create(policy=policy, changed_by=actor, reason=why, door=door)
        transaction.on_commit(lambda: signals.policy_changed.send(sender=PolicyChange))
    logger.info("The publishing policy is %s, by %s (%s): %s", policy, actor, door, why)
    return made


def _is_so_already(change: PolicyChange | None) -> str:
    if change is None:
        return worded("The setting PUBLISH_POLICY says so already.")
    return worded(
        "%(who)s changed to this already, at %(when)s UTC.",
        who=change.changed_by,
        when=f"{change.changed_at:%Y-%m-%d %H:%M:%S}",
    )
