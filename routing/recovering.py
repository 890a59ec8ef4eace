"""Logs what is served in a database that does not know it: one that was lost, or is a copy."""

import logging
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from routing import pointer
from routing.locks import slot_lock
from routing.models import Activation, DeploymentVersion
from routing.pointer import Pointer
from routing.repair import named_by
from routing.serving import now

logger = logging.getLogger(__name__)

State = DeploymentVersion.State
SYSTEM = "system"
REASON = "The database did not know of this version, which the router was answering from."


def recover_activation() -> None:
    """When the pointer is ahead of the log: what it names becomes active, at a new epoch."""
    with slot_lock():
        serving = now()
        if serving.pointer is None or serving.is_logged:
            return
        version = DeploymentVersion.objects.filter(number=serving.pointer.version).first()
        if version is None or version.state == State.COLLECTED:
            return
        activation = _log(version, serving.pointer)
        fallback = serving.pointer.fallback
        pointer.write(settings.DATA_DIR, replace(named_by(activation), fallback=fallback))
    logger.warning("%s is what is served: the log says so again (%s).", version.label, activation)


def _log(version: DeploymentVersion, served: Pointer) -> Activation:
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
            epoch=served.epoch + 1,
            version=version,
            previous=before,
            slot=served.slot,
            kind=Activation.Kind.RECOVER,
            actor=SYSTEM,
            reason=REASON,
            door=SYSTEM,
        )
