"""What the router obeys: `active.json`, and `active_version`, the same for people and scripts.

Both are replaced atomically, so a reader sees a whole file, the old or the new. Only the holder of
the slot lock writes them.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from retrieval import failpoints
from retrieval.files import write_atomic
from retrieval.layout import SLOTS


class PointerUnreadable(ValueError):
    """active.json is there but is not a pointer: something other than this system wrote it."""

    code = "pointer_unreadable"


@dataclass(frozen=True, slots=True)
class Fallback:
    slot: str
    version: int


@dataclass(frozen=True, slots=True)
class Pointer:
    epoch: int
    slot: str
    version: int
    fallback: Fallback | None = None
    since: str | None = field(default=None, compare=False)  # when it was activated, ISO 8601


def path(data_dir: Path) -> Path:
    return data_dir / "active.json"


def active_version_path(data_dir: Path) -> Path:
    return data_dir / "active_version"


def read(data_dir: Path) -> Pointer | None:
    """The pointer, or None before the first activation; PointerUnreadable when it is damaged."""
    return read_file(path(data_dir))


def read_file(file: Path) -> Pointer | None:
    """As `read`, wherever it is."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return _parse(json.loads(data))
    except (ValueError, KeyError, TypeError) as error:
        raise PointerUnreadable(f"{file} is not a pointer: {error}") from error


def write(data_dir: Path, pointer: Pointer) -> None:
    """Replace active.json, which the router obeys, then active_version."""
    write_file(path(data_dir), pointer)
    failpoints.reach("pointer.json")
    if read_active_version(data_dir) != pointer.slot:
        write_atomic(active_version_path(data_dir), f"{pointer.slot}\n".encode())
    failpoints.reach("pointer.after")


def write_file(file: Path, pointer: Pointer) -> None:
    """As `write`, elsewhere, where no router looks."""
    write_atomic(file, (json.dumps(asdict(pointer)) + "\n").encode())


def read_active_version(data_dir: Path) -> str | None:
    try:
        return active_version_path(data_dir).read_text().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _parse(data: dict[str, object]) -> Pointer:
    slot, version = _place(data)
    fallback = data.get("fallback")
    if fallback is not None and not isinstance(fallback, dict):
        raise TypeError("fallback is not an object")
    return Pointer(
        epoch=_whole_number(data["epoch"]),
        slot=slot,
        version=version,
        fallback=Fallback(*_place(fallback)) if fallback is not None else None,
        since=_time(data.get("since")),
    )


def _place(data: dict[str, object]) -> tuple[str, int]:
    if data["slot"] not in SLOTS:
        raise ValueError(f"{data['slot']!r} is not a slot")
    return str(data["slot"]), _whole_number(data["version"])


def _time(value: object) -> str | None:
    if value is not None:
        datetime.fromisoformat(str(value))
    return str(value) if value is not None else None


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a whole number")
    return value
