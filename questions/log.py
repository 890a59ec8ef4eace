"""The files that the backends append questions to: which there are, and their whole lines."""

import json
import logging
import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime

from questions.models import Question

logger = logging.getLogger(__name__)

READ_AT_ONCE = 1_000_000  # bytes, and so what one transaction imports


def files() -> list[Path]:
    """Oldest day first."""
    return sorted(settings.QUESTIONS_DIR.glob("*.jsonl"))


def size(path: Path) -> int:
    """In bytes; 0 when another import removed it just now."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def day_of(path: Path) -> date | None:
    """The day that a file is of, by its name `<YYYYMMDD>-<pid>.jsonl`."""
    try:
        return datetime.strptime(path.name.partition("-")[0], "%Y%m%d").date()
    except ValueError:
        return None


def whole_lines(path: Path, offset: int) -> bytes:
    """The next lines from there; a last one without its end is still being written, and waits."""
    try:
        file = path.open("rb")
    except FileNotFoundError:  # another import was done with it, and removed it
        return b""
    with file:
        file.seek(offset)
        data = file.read(READ_AT_ONCE)
        while b"\n" not in data and (more := file.read(READ_AT_ONCE)):
            data += more
    return data[: data.rfind(b"\n") + 1]


def parse(data: bytes, path: Path) -> list[Question]:
    """The questions in whole lines. A line that is none is told of and passed over."""
    found = []
    for line in data.splitlines():
        try:
            found.append(_question(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            logger.warning("%s holds a line that is no question: %r", path, error)
    return found


def _storable(text: str) -> str:
    """Without what PostgreSQL (NUL) or UTF-8 (half of a surrogate pair) can't hold."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _question(entry: dict[str, Any]) -> Question:
    asked_at = parse_datetime(entry["asked_at"])
    if asked_at is None or asked_at.tzinfo is None:
        raise ValueError(f"asked_at {entry['asked_at']!r} is no time with its zone")
    version, seconds = int(entry["version"]), float(entry["seconds"])
    if not 0 <= version < 2**63 or not math.isfinite(seconds):
        raise ValueError(f"version {version} or seconds {seconds} can't be kept")
    return Question(
        identifier=str(entry["id"])[:64],
        asked_at=asked_at,
        question=_storable(entry["question"]),
        answered=bool(entry["answered"]),
        version=version,
        slot=str(entry["slot"])[:8],
        generator=str(entry["generator"])[:200],
        retrieval=str(entry["retrieval"])[:16],
        seconds=seconds,
        documents=list(entry.get("documents", [])),
        language=str(entry.get("language", ""))[:8],
    )
