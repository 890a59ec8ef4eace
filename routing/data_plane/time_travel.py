"""Whether a call names the version that it wants: then it is a control call, not the public's.

A question without one costs a look at its bytes.
"""

import json
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Message, Receive


def asked_of(body: bytes) -> Any:
    """What a question's "version" says, whatever that is; None for an ordinary question."""
    # A key may be spelled with escapes: "\u0076ersion" is the same key.
    if b'"version"' not in body and b"\\u" not in body:
        return None
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return None  # the backend says what is wrong with it
    return fields.get("version") if isinstance(fields, dict) else None


def searched_in(query: bytes) -> str | None:
    """The version that a search's query string names."""
    if b"version=" not in query:
        return None
    return parse_qs(query.decode("latin-1"), keep_blank_values=True).get("version", [None])[-1]


def replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` for who comes after us: the body that was read already, then what follows."""
    bodies = iter([body])

    async def again() -> Message:
        for part in bodies:
            return {"type": "http.request", "body": part, "more_body": False}
        return await receive()

    return again
