"""POST /api/feedback: what a reader says of an answer, appended to a file for Django to import.

No database: a thumb counts although the control plane is down. What is answered with `noted` is on
disk. A line never tells who wrote it, as a line of the question log doesn't.
"""

import asyncio
import json
import logging
import os
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from starlette.types import Receive, Scope

from retrieval.files import append_line
from routing.data_plane import metrics
from routing.data_plane.exchange import Answer, header, json_answer, read_body
from routing.data_plane.public_errors import Invalid, NotKept, UnsupportedMediaType

logger = logging.getLogger(__name__)

KINDS = metrics.FEEDBACK_KINDS
LONGEST_QUESTION = 4_000  # characters, as /api/ask takes
LONGEST_COMMENT = 500
MAX_BODY_BYTES = 64 * 1024  # both of them, each character written as \uXXXX\uXXXX
LARGEST_VERSION = 10**9


@dataclass(frozen=True, slots=True)
class Feedback:
    question: str
    version: int
    kind: str
    comment: str


async def note(folder: Path | None, scope: Scope, receive: Receive) -> Answer:
    """Validates, appends, and says so; without a folder it says that nothing is kept."""
    given = parse(header(scope, b"content-type"), await read_body(scope, receive, MAX_BODY_BYTES))
    if folder is None:
        return json_answer(202, {"status": "not_kept"})
    try:
        await asyncio.to_thread(_append, folder, given)
    except OSError as error:
        logger.exception("Feedback could not be kept in %s.", folder)
        raise NotKept from error
    metrics.FEEDBACK.labels(given.kind).inc()
    return json_answer(202, {"status": "noted"})


def _append(folder: Path, given: Feedback) -> None:
    now = datetime.now(UTC)
    entry = {"id": uuid.uuid4().hex, "given_at": now.isoformat(), **asdict(given)}
    line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
    append_line(folder / f"{now:%Y%m%d}-{os.getpid()}.jsonl", line, durable=True)


def parse(content_type: str | None, body: bytes) -> Feedback:
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType("Send it as JSON: Content-Type: application/json.")
    fields = _fields(body)
    return Feedback(
        _text(fields, "question", LONGEST_QUESTION, required=True),
        _version(fields.get("version")),
        _kind(fields.get("kind")),
        _text(fields, "comment", LONGEST_COMMENT, required=False),
    )


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body.decode(), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise Invalid("The body's JSON is nested too deep.") from error
    except ValueError as error:  # not UTF-8 is one, too
        raise Invalid(f"The body is not JSON in UTF-8: {error}.") from error
    if not isinstance(fields, dict):
        raise Invalid(
            'The body is not a JSON object: send {"question": "…", "kind": "helpful", …}.'
        )
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _text(fields: dict[str, Any], name: str, longest: int, *, required: bool) -> str:
    value = fields.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise Invalid(f'"{name}" is not a text.')
    if len(value) > longest:
        raise Invalid(f'"{name}" has {len(value):,} characters; {longest:,} are allowed.')
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Invalid(f'"{name}" holds half a character (a lone surrogate).') from error
    text = value.replace("\0", " ").strip()
    if required and not text:
        raise Invalid(f'"{name}" is blank.')
    return text


def _version(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_VERSION:
        return value
    raise Invalid(f'"version" is not a whole number from 1 to {LARGEST_VERSION:,}.')


def _kind(value: Any) -> str:
    if isinstance(value, str) and value in KINDS:
        return value
    raise Invalid(f'"kind" is none of {", ".join(KINDS)}.')
