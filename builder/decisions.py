"""What people decided, kept beside the indices as well: for the day on which the database is lost.

The holds, the policy, the pins and the quarantines that are in force, in one small file. It is
written after each commit that changed one of them, and by each reconcile where that write was
missed. `latest` is the time of the last decision that the file knows of: a database that knows of
no decision at that time is another one, or an older one, and does not overwrite the file.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Model

from builder.wanted import layout
from knowledge import quarantine
from knowledge.models import Quarantine
from retrieval.files import locked, write_atomic
from routing import policy
from routing.models import Decision, DeploymentVersion, Hold, PolicyChange

logger = logging.getLogger("builder")

FACTS = ("latest", "hold", "policy", "pins", "quarantines")
HOLD = ("placed_by", "placed_at", "reason", "lifted_at", "lifted_by", "lifted_door")
POLICY = ("policy", "changed_by", "door", "changed_at", "reason")
PIN = ("actor", "reason", "door", "decided_at")
SERVED = ("path", "number", "sha256")
TIMES: tuple[tuple[type[Model], str], ...] = (
    (Hold, "placed_at"), (Hold, "lifted_at"), (PolicyChange, "changed_at"),
    (Decision, "decided_at"), (Quarantine, "placed_at"), (Quarantine, "released_at"),
)  # fmt: skip

Told = dict[str, Any]


def keep(**_: Any) -> None:
    """Receives the signals of whatever decides: the file follows once that is committed."""
    transaction.on_commit(write, robust=True)  # it is committed, whatever comes of the copy


def write() -> None:
    """Bring the file up to the database, unless the database is behind it.

    What is committed must not fail for a disk that is full: the next reconcile tries again.
    """
    try:
        with _lock():
            if not is_behind():
                _write()
    except OSError as error:
        logger.warning("What people decided is in the database alone: %s", error)


def rewrite() -> None:
    """The database has what the file tells, and is its measure again."""
    with _lock():
        _write()


def is_behind() -> bool:
    """Whether the database lacks the latest decision that the file tells of."""
    told = read()
    return told is not None and not _is_known(datetime.fromisoformat(told["latest"]))


def read() -> Told | None:
    """None when there is no file, or it is not what was written."""
    try:
        found = json.loads(layout().decisions.read_bytes())
        told = {name: found[name] for name in FACTS}
        datetime.fromisoformat(told["latest"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("What people decided can't be read from its file: %s", error)
        return None
    return told


@contextmanager
def _lock() -> Iterator[None]:
    """Inside any other lock: who looks at the database later also writes later."""
    with locked(layout().indices / "decisions.lock"):
        yield


def _write() -> None:
    latest = _latest()
    told = {"latest": latest, **_in_force()} if latest else None
    data = json.dumps(told, indent=1, default=datetime.isoformat) if told else ""
    if told and (read() is None or json.loads(data) != read()):
        write_atomic(layout().decisions, data.encode() + b"\n")


def _in_force() -> Told:
    change = policy.latest()
    return {
        "hold": Hold.objects.order_by("-placed_at").values(*HOLD).first(),
        "policy": {name: getattr(change, name) for name in POLICY} if change else None,
        "pins": [_pin(version) for version in _pinned()],
        "quarantines": [_quarantined(each) for each in quarantine.open_ones()],
    }


def _pinned() -> list[DeploymentVersion]:
    pinned = DeploymentVersion.objects.filter(pinned=True).only("number")
    return list(pinned.exclude(state=DeploymentVersion.State.COLLECTED).order_by("number"))


def _pin(version: DeploymentVersion) -> Told:
    made = version.decisions.filter(kind=Decision.Kind.PIN).order_by("-id")
    return {"number": version.number, **(made.values(*PIN).first() or {})}


def _quarantined(each: Quarantine) -> Told:
    served = each.revision
    as_it_was = {name: getattr(served, name) for name in SERVED} if served else None
    return {
        "path": each.document.path,
        "served": as_it_was,
        "placed_by": each.placed_by,
        "placed_at": each.placed_at,
        "reason": each.reason,
    }


def _latest() -> datetime | None:
    found = [model._default_manager.aggregate(at=Max(field))["at"] for model, field in TIMES]
    return max((at for at in found if at is not None), default=None)


def _is_known(at: datetime) -> bool:
    return any(model._default_manager.filter(**{field: at}).exists() for model, field in TIMES)
