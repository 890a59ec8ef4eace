"""A person says no to a version that waits."""

import logging

from django.db import transaction

from retrieval.messages import worded
from routing import versions
from routing.errors import StateConflict, VersionGone
from routing.models import Decision, DeploymentVersion
from routing.reasons import given

logger = logging.getLogger(__name__)

State = DeploymentVersion.State


def reject(number: int, *, actor: str, reason: str, door: str) -> DeploymentVersion:
    """It is not served, and the same is not built again until something changes."""
    why = given(reason)
    version = versions.get(number)
    if version.state == State.COLLECTED:
        raise VersionGone(
            worded("The index of #%(number)s is no longer kept.", number=version.number)
        )
    if version.state != State.READY:
        raise StateConflict(
            worded(
                "#%(number)s does not wait: its state is %(state)s. "
                "Only a version that waits can be rejected.",
                number=version.number,
                state=version.state,
            )
        )
    with transaction.atomic():
        versions.declined(version, f"Rejected by {actor}: {why}")
        Decision.objects.create(
            version=version, kind=Decision.Kind.REJECT, actor=actor, reason=why, door=door
        )
    logger.info("%s was rejected by %s (%s): %s", version.label, actor, door, why)
    return version
