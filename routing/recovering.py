"""Logs what is served in a database that does not know it: one that was lost, or is a copy."""

import logging
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from routing.locks import slot_lock
from routing.models import Activation, DeploymentVersion
from routing.repair import named_by, point
from routing.serving import now

logger = logging.getLogger(__name__)

State = DeploymentVersion.State
SYSTEM = "system"
REASON = "The database did not know of this version, which was served."


def recover_activation() -> None:
    """When a file is ahead of the log: what it names becomes active, at a new epoch.

    The pointer, which the router obeys; or, where that is lost or of no use, its copy.
    """
    with slot_lock():
        serving = now()
        if serving.is_logged:
            return
        for served in filter(None, (serving.pointer, serving.copy)):
            version = DeploymentVersion.objects.filter(number=served.version).first()
            if version is not None and version.state != State.COLLECTED:
                activation = _log(version, served.slot, serving.epoch + 1)
                point(replace(named_by(activation), fallback=served.fallback))
                logger.warning("%s is served: the log says so again.", version.label)
                return


def _log(version: DeploymentVersion, slot: str, epoch: int) -> Activation:
    at = timezone.now()
    with transaction.atomic():
        before = DeploymentVersion.objects.filter(state=State.ACTIVE).first()
        DeploymentVersion.objects.filter(state=State.ACTIVE).update(
            state=State.RETIRED, retired_at=at
        )
        DeploymentVersion.objects.filter(number=version.number).update(
            state=State.ACTIVE, activated_at=at
        )
        return Activation.objects.create(
            epoch=epoch,
            version=version,
            previous=before,
            slot=slot,
            kind=Activation.Kind.RECOVER,
            actor=SYSTEM,
            reason=REASON,
            door=SYSTEM,
        )
