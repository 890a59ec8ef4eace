"""Asking any kept version, beside what is served: of the idle slot's backend, while it lives.

The version is named in a header, so no slot is touched and nobody who asks in public notices.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
from asgiref.sync import sync_to_async

from retrieval.layout import SLOTS, other
from retrieval.messages import worded
from routing import backends, serving, versions
from routing.data_plane.sse import WholeEvents, error_event
from routing.errors import BackendsDown, NotANumber, TrialFailed, VersionGone
from routing.locks import layout

ALIVE_SECONDS = 1.0
LONGEST = httpx.Timeout(60.0, connect=ALIVE_SECONDS)  # also the longest pause within a stream
TRIAL = "trial"


def number_of(value: Any) -> int:
    """A version's number as a client gave it."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise NotANumber(f'"version" is {str(value)[:40]!r}, not the number of a version.')
    return int(text)


def ask(number: int, question: str, purpose: str = TRIAL) -> dict[str, Any]:
    """What the version answers, as /api/ask gives it; raises RoutingError."""
    answer = opened(number, "POST", "/ask", json={"question": question}, purpose=purpose)
    try:
        body = answer.json() if answer.read() else {}
    except (httpx.TransportError, ValueError) as error:
        raise TrialFailed(
            worded(
                "The answer of #%(number)s was cut off: %(error)s", number=number, error=repr(error)
            )
        ) from error
    finally:
        answer.close()
    if not answer.is_success:
        raise TrialFailed(
            worded(
                "#%(number)s could not answer: %(detail)s",
                number=number,
                detail=body.get("detail", answer.status_code),
            )
        )
    return dict(body)


def opened(
    number: int,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    purpose: str = TRIAL,
    **content: Any,
) -> httpx.Response:
    """The answer, still to be read, of the first backend that gives one; the caller closes it."""
    _require_kept(number)
    told = {**(headers or {}), "X-Ask-Version": str(number), "X-Purpose": purpose}
    named = httpx.Headers(told, encoding="latin-1")  # a client's bytes, as they came
    for slot in _slots():
        client = backends.client(slot)
        try:
            backends.answers(slot, ALIVE_SECONDS)
            request = client.build_request(method, url, headers=named, timeout=LONGEST, **content)
            return client.send(request, stream=True)
        except httpx.TransportError:
            continue
    raise BackendsDown(worded("Neither backend answers now. Look at their logs, then try again."))


class Events:
    """A stream as it comes, event by event, ended by `done` or `error` whatever happens.

    With a `close` for who passes it on and may never begin it, as when the client is gone by then:
    a generator that was not begun ends without its `finally`.
    """

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        whole = WholeEvents()
        detail = "The backend ended the answer before it was whole."
        chunks = self._answer.iter_raw()
        try:
            while chunk := await sync_to_async(_next, thread_sensitive=False)(chunks):
                yield whole.feed(chunk)
        except httpx.TransportError as error:
            detail = f"The backend was lost: {error!r}"
        finally:
            await sync_to_async(self.close, thread_sensitive=False)()
        if not whole.finished:
            yield error_event("backend_lost", detail)

    def close(self) -> None:
        self._answer.close()


def _next(chunks: Iterator[bytes]) -> bytes:
    return next(chunks, b"")


def _slots() -> tuple[str, ...]:
    """The idle one first: what people ask goes on undisturbed."""
    served = serving.read_pointer()
    return (other(served.slot), served.slot) if served else SLOTS


def _require_kept(number: int) -> None:
    """NoSuchVersion for one that never was, VersionGone for one that was."""
    if not layout().manifest(number).is_file():
        known = versions.get(number)
        raise VersionGone(
            worded(
                "The index of #%(number)s is no longer kept, or was never finished.",
                number=known.number,
            )
        )
