"""How far what is served is behind what people saved, in a small file beside `active.json`.

The reconcile writes it at each look, so that the router can say it without a database. It is of one
epoch, and of a moment: after a switch, or once nobody has looked for a while, nothing is said. An
edit that was saved since that look, while another is being built, leaves its time beside it.
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


def note_edit(data_dir: Path, at: float) -> None:
    """An edit was committed before `at`. OSError when it can't be noted."""
    target = edited_path(data_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch()
    os.utime(target, (at, at))  # of the same clock as a look: the kernel's own is some ms behind


def edited_path(data_dir: Path) -> Path:
    return data_dir / "run" / "edited"


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
    if state.at < _edited_at(data_dir) <= now + AHEAD_SECONDS:
        return {"in_sync": False, "edits": max(state.edits, 1), "mode": state.mode}
    return {"in_sync": state.in_sync, "edits": state.edits, "mode": state.mode}


def _edited_at(data_dir: Path) -> float:
    try:
        return edited_path(data_dir).stat().st_mtime
    except OSError:
        return 0.0
