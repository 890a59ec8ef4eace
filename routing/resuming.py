"""What lifting the hold would make live, and what of the rolled-back edit it still holds."""

from dataclasses import dataclass

from django.db.models import F

from routing import differences, versions
from routing.models import Activation, DeploymentVersion


@dataclass(frozen=True, slots=True)
class Next:
    """`still` lists documents that are as in what was rolled back; None when that can't be told."""

    version: DeploymentVersion
    still: list[str] | None


def what_would_go_live() -> Next | None:
    """The newest version that may, also the one that was rolled back; None when none is newer.

    What the documents hold by now is not known here: whoever builds may make a newer one.
    """
    active = versions.active()
    newer = DeploymentVersion.objects.filter(state__in=DeploymentVersion.ACTIVATABLE)
    if active is not None:
        newer = newer.filter(number__gt=active.number)
    waiting = newer.order_by("-number").first()
    return Next(waiting, _still_in(waiting)) if waiting is not None else None


def _still_in(candidate: DeploymentVersion) -> list[str] | None:
    back = Activation.objects.filter(version_id__lt=F("previous_id"))
    last = back.order_by("-epoch").first()
    if last is None or last.previous_id is None:
        return []
    return differences.kept_from(last.previous_id, last.version_id, candidate.number)
