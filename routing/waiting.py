"""What waits for a person: a hold and the policy keep the builder from sending traffic to it."""

from django.db.models import QuerySet

from routing import holds, policy
from routing.errors import HoldInPlace, MustWait, PersonDecides
from routing.models import DeploymentVersion
from routing.pointer import Pointer


def versions(pointer: Pointer | None) -> QuerySet[DeploymentVersion]:
    """Proved, and newer than what is served: one, since each overtakes the one before it."""
    ready = DeploymentVersion.objects.filter(state=DeploymentVersion.State.READY)
    above = pointer.version if pointer else 0
    return ready.filter(number__gt=above).order_by("number")


def must_wait(version: DeploymentVersion, served: DeploymentVersion | None) -> bool:
    try:
        refuse_to_publish(version, served)
    except MustWait:
        return True
    return False


def refuse_to_publish(version: DeploymentVersion, served: DeploymentVersion | None) -> None:
    """Raises HoldInPlace or PersonDecides when the builder may not serve it after `served`."""
    hold = holds.held()
    if hold is not None:
        raise HoldInPlace(f"{hold.placed_by} stopped automatic activation: {version.label} waits.")
    if policy.current() == policy.MANUAL and not _holds_the_same(version, served):
        raise PersonDecides(f"A person decides: {version.label} waits to be activated or rejected.")


def _holds_the_same(version: DeploymentVersion, served: DeploymentVersion | None) -> bool:
    """A repaired index of the same texts leaves nothing for a person to decide."""
    return served is not None and (version.digest, version.fingerprint) == (
        served.digest, served.fingerprint,
    )  # fmt: skip
