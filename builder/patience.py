"""When a build that failed is tried again: at growing intervals, until something changes."""

from datetime import datetime, timedelta

from django.utils import timezone

from builder import backlog, kept, probes, recovery
from builder.wanted import Wanted
from routing.models import DeploymentVersion

State = DeploymentVersion.State
FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=10)


def must_wait(wanted: Wanted) -> bool:
    """Whether building this now would repeat what was refused, or failed a moment ago.

    What the gate rejected is rejected again as long as it is the same, unless only probes refused
    it, and there are other ones by now, or vectors that it lacked then. What failed for another
    reason (a disk, a death) may succeed later. Both are read from the versions themselves, so that
    a worker that dies of a build does not try it again at once either.
    """
    rows = DeploymentVersion.objects.filter(digest=wanted.digest).order_by("-number")
    tried = [row for row in rows[:20] if wanted.is_held_by(row)]
    if any(row.state == State.REJECTED and not _may_pass_now(row) for row in tried):
        return True
    failures = 0
    for row in tried:
        if row.state != State.FAILED:
            break
        failures += 1
    return failures > 0 and timezone.now() < _end(tried[0]) + _pause(tried[0], failures)


def _end(failed: DeploymentVersion) -> datetime:
    return failed.created_at + timedelta(seconds=failed.build_seconds or 0)


def _pause(last: DeploymentVersion, failures: int) -> timedelta:
    """A builder that was killed once was hardly killed by what it built: that is tried at once."""
    died_once = failures == 1 and last.reason == recovery.DIED
    return timedelta(0) if died_once else interval(failures)


def _may_pass_now(rejected: DeploymentVersion) -> bool:
    """Whether its probes might say otherwise now. What a person rejected stays so."""
    checks = rejected.gate.get("checks", [])
    failed = {check["name"] for check in checks if not check["passed"]}
    if failed != {"probes"}:
        return False
    return _has_vectors_now(rejected) or (
        rejected.gate["probes"] != probes.digest(probes.enabled())
    )


def _has_vectors_now(rejected: DeploymentVersion) -> bool:
    """Whether it lacked some, and those that it lacked are all made since."""
    if rejected.coverage == 1.0:
        return False
    index = kept.openable(rejected.number) if kept.is_whole(rejected.number) else None
    return index is not None and not backlog.lacking(index, rejected.fingerprint["embedder"])


def interval(failures: int) -> timedelta:
    """From the end of a build that was the n-th to fail, to the next."""
    return min(FIRST * (1 << min(failures - 1, 10)), LONGEST)
