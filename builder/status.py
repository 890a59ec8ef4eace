"""Whether what is served is what the folder and the database hold now, and what stands between."""

from typing import Any

from builder import embedder_state, progress
from builder.wanted import Wanted
from builder.wanted import now as wanted_now
from knowledge import quarantine, sync
from knowledge import snapshot as snapshots
from routing import activation, policy, serving, waiting
from routing.models import DeploymentVersion, Hold
from routing.pointer import Pointer

State = DeploymentVersion.State
UNDER_WAY = (State.BUILDING, State.VERIFYING)


def status() -> dict[str, Any]:
    """As the contract describes it.

    In this order: what the folder gave after the comparison is then not missed in the snapshot,
    so "in sync" is never told of a folder that is newer than what is served.
    """
    folder = sync.compare_folder()
    goal = wanted_now()
    quarantined = list(quarantine.open_ones().values_list("document__path", flat=True))
    live = snapshots.live() if quarantined else goal.snapshot
    pointer = serving.read_pointer()
    served = _row(pointer)
    in_sync = folder.in_sync and _is_served(goal, pointer, served) and live.digest == goal.digest
    return {
        "knowledge": {"documents": len(live.revisions), "digest": live.digest},
        "active": _active(pointer, served),
        "in_sync": in_sync,
        "building": _building(),
        "waiting": [version.number for version in waiting.versions(pointer)],
        "held": _held(activation.held()),
        "paused": folder.paused,
        "policy": policy.current(),
        "quarantined": quarantined,
        "rejected_files": folder.rejected,
        "damaged": _damaged(),
        "embedding": embedder_state.told(),
    }


def _row(pointer: Pointer | None) -> DeploymentVersion | None:
    """The version that the router obeys: while the pointer is behind, so is what is served."""
    if pointer is None:
        return None
    return DeploymentVersion.objects.filter(number=pointer.version).first()


def _active(pointer: Pointer | None, served: DeploymentVersion | None) -> dict[str, Any] | None:
    if pointer is None:
        return None
    return {
        "slot": pointer.slot,
        "version": pointer.version,
        "digest": served.digest if served else None,
        "epoch": pointer.epoch,
        "coverage": served.coverage if served else None,
    }


def _is_served(goal: Wanted, pointer: Pointer | None, served: DeploymentVersion | None) -> bool:
    if pointer is None:
        return not goal.snapshot.revisions
    return served is not None and goal.is_held_by(served) and served.coverage == 1.0


def _building() -> dict[str, Any] | None:
    """The build under way, with the stage that its builder last told of."""
    row = DeploymentVersion.objects.filter(state__in=UNDER_WAY).order_by("-number").first()
    if row is None:
        return None
    told = progress.read()
    if told is not None and told.get("version") == row.number:
        return told
    since = row.created_at.isoformat(timespec="seconds")
    return {"version": row.number, "stage": row.state, "done": 0, "total": 0, "since": since}


def _damaged() -> list[dict[str, Any]]:
    """The kept versions that can't be activated now, and why."""
    rows = DeploymentVersion.objects.exclude(damage="").exclude(state=State.COLLECTED)
    return [{"version": row.number, "reason": row.damage} for row in rows]


def _held(hold: Hold | None) -> dict[str, str] | None:
    if hold is None:
        return None
    return {"by": hold.placed_by, "at": hold.placed_at.isoformat(), "reason": hold.reason}
