"""Reads requests as the contract describes them; whatever else arrives is a 4xx that says why."""

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from backend.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from retrieval.marked import Quote

MAX_BODY_BYTES = 1024 * 1024
MAX_QUESTION_CHARACTERS = 4000
MAX_K = 50
MAX_QUOTE_CHARACTERS = 8_000
ROLES = ("user", "assistant")
# A version number past this cannot be ours, and might not fit a path or a database.
MAX_VERSION = 10**9


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    query: str
    k: int
    lexical: bool


async def asked(request: Request) -> Asked:
    """The question and what came before it in the conversation."""
    if _media_type(request) != "application/json":
        raise UnsupportedMediaType("Send the question as JSON: Content-Type: application/json.")
    fields = parse(await _body(request))
    if not isinstance(fields, dict):
        raise InvalidRequest('The body is not a JSON object: send {"question": "…"}.')
    if "question" not in fields:
        raise InvalidRequest('There is no "question": send {"question": "…"}.')
    return Asked(_text("question", fields["question"]), _history(fields.get("history")))


def searched(request: Request) -> Searched:
    parameters = request.query_params
    retrieval = parameters.get("retrieval", "hybrid")
    if retrieval not in ("hybrid", "lexical"):
        raise InvalidRequest(f'"retrieval" is {retrieval[:40]!r}, neither hybrid nor lexical.')
    if "q" not in parameters:
        raise InvalidRequest('There is no "q": search with ?q=words.')
    k = _whole_number("k", parameters.get("k", "10"), MAX_K)
    return Searched(_text("q", parameters["q"]), k, retrieval == "lexical")


def version(text: str | None, name: str = "version") -> int | None:
    """A version number from a query or a header; None when there is none."""
    return None if text is None else _whole_number(name, text, MAX_VERSION)


def quote(request: Request) -> Quote | None:
    """The words of a document that its page is to mark; None when no such page is asked for."""
    named = {name: request.query_params.get(name, "") for name in ("quote", "until", "section")}
    for name, text in named.items():
        if len(text) > MAX_QUOTE_CHARACTERS:
            raise InvalidRequest(f'"{name}" has more than {MAX_QUOTE_CHARACTERS:,} characters.')
    if "quote" not in request.query_params:
        return None
    return Quote(named["quote"], named["until"], named["section"])


def parse(body: bytes) -> Any:
    """JSON in UTF-8 and nothing more lenient: no NaN, no other encoding that Python would guess."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The body is not UTF-8 (byte {error.start}).") from error
    except RecursionError as error:
        raise InvalidRequest("The body is not a question: its JSON is nested too deep.") from error
    except ValueError as error:
        raise InvalidRequest(f"The body is not JSON: {error}.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MAX_BODY_BYTES:
                raise PayloadTooLarge(f"The body is larger than {MAX_BODY_BYTES:,} bytes.")
    except ClientDisconnect as error:
        raise InvalidRequest("The client left before its question was whole.") from error
    return bytes(body)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _text(name: str, value: Any) -> str:
    """A text that isn't blank, of up to 4,000 characters, that every later step can encode."""
    if not isinstance(value, str):
        raise InvalidRequest(f'"{name}" is not a text.')
    if len(value) > MAX_QUESTION_CHARACTERS:
        raise InvalidRequest(
            f'"{name}" has {len(value):,} characters; {MAX_QUESTION_CHARACTERS:,} are allowed.'
        )
    text = _encodable(name, value)
    if not text:
        raise InvalidRequest(f'"{name}" is blank.')
    return text


def _encodable(name: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidRequest(f'"{name}" holds half a character (a lone surrogate).') from error
    # Databases that import the question log refuse NUL in a text.
    return value.replace("\0", " ").strip()


def _history(value: Any) -> tuple[Turn, ...]:
    """Nothing came before where there is none, or null: many a client writes that for it."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InvalidRequest('"history" is not a list.')
    return tuple(_turn(position, turn) for position, turn in enumerate(value))


def _turn(position: int, value: Any) -> Turn:
    name = f"history[{position}]"
    if not isinstance(value, dict) or value.get("role") not in ROLES:
        raise InvalidRequest(f'"{name}" is not {{"role": "user" or "assistant", "text": "…"}}.')
    text = value.get("text")
    if not isinstance(text, str):
        raise InvalidRequest(f'"{name}.text" is not a text.')
    return Turn(value["role"], _encodable(f"{name}.text", text))


def _whole_number(name: str, text: str, largest: int) -> int:
    number = int(text) if re.fullmatch(r"[0-9]{1,10}", text) else 0
    if not 1 <= number <= largest:
        raise InvalidRequest(f'"{name}" is not a whole number from 1 to {largest:,}.')
    return number
