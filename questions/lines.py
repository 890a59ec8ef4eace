"""What a line of the log files says: a question, or feedback."""

import json
import logging
import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Model
from django.utils.dateparse import parse_datetime

from questions.models import Feedback, Question

logger = logging.getLogger(__name__)

NEAREST = 3


def parse(data: bytes, path: Path, made_of: Callable[[dict[str, Any]], Model]) -> list[Model]:
    """The rows of whole lines, unsaved. A line that is none is told of and passed over."""
    found = []
    for line in data.splitlines():
        try:
            found.append(made_of(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            logger.warning("%s holds a line that is no question and no feedback: %r", path, error)
    return found


def question(entry: dict[str, Any]) -> Question:
    seconds = float(entry["seconds"])
    if not math.isfinite(seconds):
        raise ValueError(f"seconds {seconds} can't be kept")
    return Question(
        identifier=str(entry["id"])[:64],
        asked_at=_time(entry["asked_at"]),
        question=_storable(entry["question"]),
        answered=bool(entry["answered"]),
        version=_version(entry["version"]),
        slot=str(entry["slot"])[:8],
        generator=str(entry["generator"])[:200],
        retrieval=str(entry["retrieval"])[:16],
        seconds=seconds,
        documents=list(entry.get("documents", [])),
        language=str(entry.get("language", ""))[:8],
        nearest=[str(path) for path in entry.get("nearest", [])][:NEAREST],
    )


def feedback(entry: dict[str, Any]) -> Feedback:
    return Feedback(
        identifier=str(entry["id"])[:64],
        given_at=_time(entry["given_at"]),
        question=_storable(entry["question"]),
        version=_version(entry["version"]),
        kind=Feedback.Kind(entry["kind"]),
        comment=_storable(entry["comment"]),
    )


def _time(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise ValueError(f"{text!r} is no time with its zone")
    return found


def _version(number: Any) -> int:
    version = int(number)
    if not 0 <= version < 2**63:
        raise ValueError(f"version {version} can't be kept")
    return version


def _storable(text: str) -> str:
    """Without what PostgreSQL (NUL) or UTF-8 (half of a surrogate pair) can't hold."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
