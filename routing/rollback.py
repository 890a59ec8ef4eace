"""Going back: which version, and then the same switch as any other."""

from collections.abc import Collection

from django.db.models import Max, Q

from retrieval.messages import worded
from routing import versions
from routing.errors import EpochConflict, NothingToRollBackTo
from routing.models import Activation, DeploymentVersion
from routing.serving import now
from routing.switch import activate


def rollback(
    *,
    actor: str,
    reason: str,
    door: str,
    epoch: int | None = None,
    quarantine: Collection[str] = (),
    lexical: bool = False,
) -> Activation:
    """Serve again what was served before; automatic activation is held until someone resumes.

    With documents to blame nothing is held: these are quarantined, and all else flows on.
    """
    seen = now().epoch
    if epoch is not None and epoch != seen:
        raise EpochConflict(
            worded("The active epoch is %(now)s by now, not %(seen)s.", now=seen, seen=epoch)
        )
    return activate(
        rollback_target().number, actor=actor, reason=reason, door=door,
        kind=Activation.Kind.ROLLBACK, epoch=seen, quarantine=quarantine, lexical=lexical,
    )  # fmt: skip


def rollback_target() -> DeploymentVersion:
    """The kept version below the active one that was served last; NothingToRollBackTo without.

    Last by epoch, not by number: what was itself rolled back is not what to return to. One that
    held the same with fewer vectors, on the way to the active one, comes after all others.
    """
    active = versions.active()
    if active is None:
        raise NothingToRollBackTo("No version is active.")
    served_before = DeploymentVersion.objects.filter(
        number__lt=active.number,
        state=DeploymentVersion.State.RETIRED,
        activations__isnull=False,
    )
    by_time = served_before.annotate(last=Max("activations__epoch")).order_by("-last")
    same = Q(digest=active.digest, fingerprint=active.fingerprint, embedded__lt=active.embedded)
    target = by_time.exclude(same).first() or by_time.first()
    if target is None:
        raise NothingToRollBackTo(f"No version below {active.label} was ever served and is kept.")
    return target
