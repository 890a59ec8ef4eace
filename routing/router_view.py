"""The router as Django sees it: asked by the pages of sources, and as views.

The views are for servers that do not mount the router before Django (`runserver`, the test client):
under `ragsite.asgi` no request comes to them. They also are what /api/docs/ shows of the public
endpoints.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from starlette.types import Message, Receive, Scope, Send

from routing.router import Router
from routing.router_settings import configured


def answered_by_router(request: HttpRequest) -> HttpResponseBase:
    """The router's answer; a stream is passed on while it comes."""
    messages = _messages(_scope(request), request.body)
    start = next(messages)
    headers = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    bodies = (message.get("body", b"") for message in messages)
    if "content-length" in headers:
        return HttpResponse(b"".join(bodies), status=start["status"], headers=headers)
    return StreamingHttpResponse(bodies, status=start["status"], headers=headers)


class Read(NamedTuple):
    """What one of the router's JSON endpoints said."""

    status: int
    content: dict[str, Any]


def read_from_router(request: HttpRequest, path: str, query: Mapping[str, str]) -> Read:
    """What the sender of this request would be told at another path, limits and login included."""
    asked = {"method": "GET", "path": path, "query_string": urlencode(query).encode()}
    start, *bodies = _messages({**_scope(request), **asked}, b"")
    content = json.loads(b"".join(message.get("body", b"") for message in bodies))
    return Read(start["status"], content)


def _messages(scope: Scope, body: bytes) -> Iterator[Message]:
    """What the router sends, by an event loop that runs while the next message is waited for."""
    sent: asyncio.Queue[Message] = asyncio.Queue()
    with asyncio.Runner() as runner:
        router = Router(configured(), _not_django)
        answering = runner.get_loop().create_task(router(scope, _receive(body), sent.put))
        try:
            more = True
            while more:
                message = runner.run(_next(sent, answering))
                yield message
                more = message["type"] == "http.response.start" or message.get("more_body", False)
        finally:
            answering.cancel()
            runner.run(router.close())


async def _next(sent: asyncio.Queue[Message], answering: asyncio.Task[None]) -> Message:
    """Raises what the router did, where it ends before a message that is still to come."""
    coming = asyncio.ensure_future(sent.get())
    await asyncio.wait((coming, answering), return_when=asyncio.FIRST_COMPLETED)
    if not coming.done():
        coming.cancel()
        answering.result()
        raise RuntimeError("The router ended before its answer was whole.")
    return coming.result()


def _receive(body: bytes) -> Receive:
    """The request's body once, and then nothing: this server does not tell when a client goes."""
    bodies = iter([body])

    async def receive() -> Message:
        for part in bodies:
            return {"type": "http.request", "body": part, "more_body": False}
        nothing: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        return await nothing

    return receive


def _scope(request: HttpRequest) -> Scope:
    return {
        "type": "http",
        "method": request.method,
        "path": request.path,
        "query_string": request.META.get("QUERY_STRING", "").encode("latin-1"),
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in request.headers.items()
        ],
        "client": (request.META.get("REMOTE_ADDR", "local"), 0),
    }


async def _not_django(scope: Scope, receive: Receive, send: Send) -> None:
    raise LookupError(f"{scope['path']} is not one of the router's paths.")
