"""One HTTP request of a client, as ASGI gives it, and the answer to it."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send

from routing.data_plane.public_errors import Refusal, TooLarge

Headers = list[tuple[bytes, bytes]]
JSON = (b"content-type", b"application/json")
NOT_STORED = (b"cache-control", b"no-store")
NO_SNIFFING = (b"x-content-type-options", b"nosniff")


class ClientGone(Exception):
    """The client closed its connection: nobody is left to answer."""


@dataclass(slots=True)
class Answer:
    """A whole answer, ready to be sent."""

    status: int
    headers: Headers
    body: bytes
    slot: str | None = None
    degraded: bool = field(default=False)


def json_answer(status: int, content: dict[str, Any], extra: Headers | None = None) -> Answer:
    body = json.dumps(content, ensure_ascii=False).encode() + b"\n"
    return Answer(status, [JSON, NOT_STORED, NO_SNIFFING, *(extra or [])], body)


def refusal_answer(refusal: Refusal) -> Answer:
    content = {"code": refusal.code, "detail": refusal.detail}
    return json_answer(refusal.status, content, list(refusal.headers))


async def send_answer(answer: Answer, send: Send) -> None:
    length = (b"content-length", str(len(answer.body)).encode())
    headers = [*answer.headers, length]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The request's body; TooLarge past `limit` bytes, before more of it is read."""
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdecimal() and int(declared) > limit:
        raise TooLarge(f"The body is larger than {limit} bytes.")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooLarge(f"The body is larger than {limit} bytes.")
        if not message.get("more_body", False):
            return bytes(body)
