"""Which versions stay: the newest states, what is served or may be next, and what people pinned."""

from collections.abc import Sequence

from django.conf import settings

from builder.wanted import layout
from retrieval.layout import SLOTS
from routing import rollback, serving, versions
from routing.errors import NothingToRollBackTo
from routing.models import DeploymentVersion

State = DeploymentVersion.State
GOOD = (State.ACTIVE, State.READY, State.RETIRED)
ENDED = (State.READY, State.RETIRED, State.FAILED, State.REJECTED, State.OVERTAKEN, State.COLLECTED)
MOST = 5  # versions for each state that is kept: a state that returns again and again is one


def to_collect() -> list[DeploymentVersion]:
    """The versions on disk that need not stay. The caller holds the build lock and the slot lock.

    Also those that were collected by one who died of it. What is on disk and not in the database
    is none of them: the database may be the older one, and is restored from the manifests.
    """
    rows = _on_disk()
    kept = _newest(rows) | _in_use() | _waiting(rows)
    going = [row for row in rows if row.state in ENDED and not row.pinned]
    return [row for row in going if row.number not in kept]


def _on_disk() -> list[DeploymentVersion]:
    """Newest first; without the reports, which can be long."""
    numbers = set(layout().numbers())
    rows = DeploymentVersion.objects.filter(number__gte=min(numbers, default=0))
    known = rows.only("number", "state", "digest", "fingerprint", "pinned").order_by("-number")
    return [row for row in known if row.number in numbers]


def _newest(rows: Sequence[DeploymentVersion]) -> set[int]:
    """Down to the oldest of KEEP_VERSIONS states, with what was refused in between."""
    keep = max(1, settings.KEEP_VERSIONS)
    states, end = set(), 0
    for place, row in enumerate(rows):
        if row.state not in GOOD:
            continue
        states.add((row.digest, *sorted(row.fingerprint.items())))
        if len(states) > keep:
            break
        end = place + 1
    if len(states) < keep:
        end = len(rows)
    return {row.number for row in rows[: min(end, MOST * keep)]}


def _in_use() -> set[int]:
    """What is served, what the slots hold, and what a rollback or the router's fallback needs."""
    pointer = serving.read_pointer()
    fallback = pointer.fallback if pointer else None
    used = {
        *(layout().slot_version(slot) for slot in SLOTS),
        pointer.version if pointer else None,
        fallback.version if fallback else None,
        _previous(),
    }
    return {number for number in used if number is not None}


def _previous() -> int | None:
    try:
        return rollback.rollback_target().number
    except NothingToRollBackTo:
        return None


def _waiting(rows: Sequence[DeploymentVersion]) -> set[int]:
    """Proved, and newer than what is served: someone may let them through."""
    active = versions.active()
    above = active.number if active else 0
    return {row.number for row in rows if row.state == State.READY and row.number > above}
