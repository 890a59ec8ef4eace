"""How large a request for Django may be: it writes all of it to disk before it looks who asks."""

import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOADS = "/admin/knowledge/import/"
AROUND = 10_000_000  # the names and headers of an upload's files
JSON_GROWTH = 6  # JSON may write one byte as \u00XX


class _TooLarge(Exception):
    """More came than may, of a request that did not say how large it is."""


class BoundedBodies:
    """Refuses with 413 what is larger, if it says so before a byte of it is read."""

    def __init__(self, app: ASGIApp, *, document: int, upload: int) -> None:
        self._app = app
        self._usual = document * JSON_GROWTH + AROUND
        self._upload = upload + AROUND

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._upload if scope["path"] == UPLOADS else self._usual
        if _said(scope) > limit:
            await _refuse(scope["path"], limit, send)
            return
        try:
            await self._app(scope, _counted(receive, limit), send)
        except _TooLarge:  # while Django reads it: nothing was answered yet
            await _refuse(scope["path"], limit, send)


def _said(scope: Scope) -> int:
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(said) if said.isdigit() else 0


def _counted(receive: Receive, limit: int) -> Receive:
    left = limit

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _TooLarge
        return message

    return counted


async def _refuse(path: str, limit: int, send: Send) -> None:
    detail = f"The request is too large: {limit:,} bytes is the most."
    kind, body = "text/plain; charset=utf-8", detail
    if path.startswith("/api/"):
        kind, body = "application/json", json.dumps({"code": "too_large", "detail": detail})
    headers = [(b"content-type", kind.encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
