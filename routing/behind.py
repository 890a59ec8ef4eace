"""How far what is served is behind what people saved, in a small file beside `active.json`.

The reconcile writes it at each look, so that the router can say it without a database. It is of one
epoch, and of a moment: after a switch, or once nobody has looked for a while, nothing is said.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from routing.pointer import Pointer

FRESH_SECONDS = 20.0  # the schedule looks every 5 s
AHEAD_SECONDS = 5.0  # of a clock that was set back since

MODES = ("auto", "manual", "held")


@dataclass(frozen=True, slots=True)
class Behind:
    """`at`: when the look began, in seconds since 1970; `edits`: saved documents that are not live;
    `in_sync`: nothing is missing, also no vector; `mode`: of MODES, how proved versions go live."""

    at: float
    epoch: int
    edits: int
    in_sync: bool
    mode: str


def path(data_dir: Path) -> Path:
    return data_dir / "run" / "sync.json"


def write(data_dir: Path, state: Behind) -> None:
    """Replace the file, unless a later look wrote it. Not synced to disk: it is old in seconds."""
    known = read(data_dir)
    if known is not None and known.epoch >= state.epoch and known.at > state.at:
        return
    target = path(data_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".tmp-sync-{os.getpid()}-{state.at}")
    try:
        temporary.write_text(json.dumps(asdict(state)) + "\n")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def read(data_dir: Path) -> Behind | None:
    """None where nothing was written, or something else."""
    try:
        found = json.loads(path(data_dir).read_bytes())
        return Behind(
            at=float(found["at"]),
            epoch=int(found["epoch"]),
            edits=int(found["edits"]),
            in_sync=found["in_sync"] is True,
            mode=found["mode"] if found["mode"] in MODES else "",
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def told(data_dir: Path, pointer: Pointer | None, now: float) -> dict[str, Any] | None:
    """What `/health` says of it; None when it is not known of this epoch and moment."""
    state = read(data_dir)
    if state is None or pointer is None or state.epoch != pointer.epoch or not state.mode:
        return None
    if not -AHEAD_SECONDS <= now - state.at <= FRESH_SECONDS:
        return None
    return {"in_sync": state.in_sync, "edits": state.edits, "mode": state.mode}
