"""Hands a stream on event by event, and ends it with `done` or `error`, whatever happens."""

import asyncio
import json
import re
from typing import Literal

from starlette.types import Receive, Send

from routing.data_plane.upstream import BackendLost, BackendSlow, Stream

Outcome = Literal["ok", "stream_lost", "client_gone"]

EVENT_ENDS = (b"\n\n", b"\r\n\r\n")
LAST_EVENT = re.compile(rb"^event: ?(?:done|error)\r?$", re.MULTILINE)
NOT_BUFFERED = (b"x-accel-buffering", b"no")


class WholeEvents:
    """Lets bytes through up to the last whole event; a torn event must never reach the client.

    No event waits for this: a client acts on an event only once its blank line is there.
    """

    def __init__(self) -> None:
        self._rest = b""
        self.finished = False

    def feed(self, chunk: bytes) -> bytes:
        data = self._rest + chunk
        cut = max((data.rfind(end) + len(end) for end in EVENT_ENDS if end in data), default=0)
        whole, self._rest = data[:cut], data[cut:]
        self.finished = self.finished or LAST_EVENT.search(whole) is not None
        return whole


async def relay(stream: Stream, receive: Receive, send: Send) -> Outcome:
    """Passes the stream on; a client that goes away hangs up on the backend too."""
    gone = asyncio.ensure_future(_client_gone(receive))
    gone.add_done_callback(lambda _: stream.close())
    try:
        headers = [*stream.headers, NOT_BUFFERED]
        await send({"type": "http.response.start", "status": stream.status, "headers": headers})
        error = await _pass_on(stream, send)
        if gone.done():
            return "client_gone"
        await send({"type": "http.response.body", "body": error})
        return "stream_lost" if error else "ok"
    finally:
        gone.cancel()
        stream.close()


async def _pass_on(stream: Stream, send: Send) -> bytes:
    """The event that must still follow: `error` when the stream broke off, else nothing."""
    events = WholeEvents()
    code, detail = "backend_lost", f"Backend {stream.slot} ended the answer before it was whole."
    try:
        async for chunk in stream.chunks():
            if whole := events.feed(chunk):
                await send({"type": "http.response.body", "body": whole, "more_body": True})
    except BackendLost as error:
        detail = str(error)
    except BackendSlow as error:
        code, detail = "timeout", str(error)
    return b"" if events.finished else error_event(code, detail)


def error_event(code: str, detail: str) -> bytes:
    content = json.dumps({"code": code, "detail": detail}, ensure_ascii=False)
    return f"event: error\ndata: {content}\n\n".encode()


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
