"""Constant load on the public port while the drill goes on: questions, searches and streams."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import aiohttp

from builder.drill.tally import Row, Tally
from builder.drill.target import Target

HUNG_SECONDS = 30.0
PAUSE_SECONDS = 0.01  # between two requests of one client
TIMES = 5  # that a request is asked where its connection may be cut


@dataclass(frozen=True)
class Expected:
    """What a phase may do to those who ask, beside answering them."""

    streams_told: bool = False
    """A stream whose backend is killed ends with `error` backend_lost: it is asked anew."""
    connections_cut: bool = False
    """A web process is killed with the connections it holds: asked again, each is answered."""


ANSWERS_ALONE = Expected()


class Load:
    """`with Load(…) as load:`; `load.enter(row, expected)` begins a phase."""

    def __init__(self, target: Target, questions: list[str], tally: Tally) -> None:
        self._target = target
        self._questions = questions
        self._tally = tally
        self._expected = ANSWERS_ALONE
        self._row = Row("")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def enter(self, row: Row, expected: Expected) -> None:
        self._row, self._expected = row, expected

    @property
    def asked(self) -> int:
        return self._row.requests

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(HUNG_SECONDS + 5)
        if self._thread.is_alive():
            self._tally.problems.append("A request hangs.")

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=HUNG_SECONDS)
        async with aiohttp.ClientSession(
            self._target.url, timeout=timeout, headers=self._target.headers
        ) as session:
            kinds = (_ask, _search, _ask, _stream, _stream)
            await asyncio.gather(
                *(self._client(session, kind, turn) for turn, kind in enumerate(kinds))
            )

    async def _client(self, session: aiohttp.ClientSession, kind: "Kind", turn: int) -> None:
        while not self._stop.is_set():
            await self._once(session, kind, self._questions[turn % len(self._questions)])
            turn += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def _once(self, session: aiohttp.ClientSession, kind: "Kind", question: str) -> None:
        """One request until it is answered; what it met is counted where it ended."""
        started = time.monotonic()
        for turn in range(TIMES):
            try:
                seen = await kind(session, question)
            except (aiohttp.ClientError, OSError) as error:
                if self._expected.connections_cut and turn + 1 < TIMES:
                    self._row.asked_again += 1
                    continue
                seen = Seen(f"{kind.__name__[1:]}: {error!r}")
            self._count(kind, seen, time.monotonic() - started)
            return

    def _count(self, kind: "Kind", seen: "Seen", seconds: float) -> None:
        row = self._row
        row.requests += 1
        row.slowest_ms = max(row.slowest_ms, round(seconds * 1000))
        if kind is _stream:
            row.streams += 1
        if seen.lost and self._expected.streams_told:
            row.told += 1
        elif seen.failure:
            self._tally.failed(row, f"{seen.failure} (after {seconds:.1f} s)")
        else:
            row.versions.add(seen.version)
            row.whole += kind is _stream


@dataclass(frozen=True)
class Seen:
    """What one request met: no failure means a whole answer, of one version."""

    failure: str = ""
    version: int = 0
    lost: bool = False


Kind = Callable[[aiohttp.ClientSession, str], Awaitable[Seen]]


async def _ask(session: aiohttp.ClientSession, question: str) -> Seen:
    async with session.post("/api/ask", json={"question": question}) as answer:
        return _seen(answer, await answer.read())


async def _search(session: aiohttp.ClientSession, question: str) -> Seen:
    async with session.get("/api/search", params={"q": question}) as answer:
        return _seen(answer, await answer.read())


async def _stream(session: aiohttp.ClientSession, question: str) -> Seen:
    headers = {"Accept": "text/event-stream"}
    async with session.post("/api/ask", json={"question": question}, headers=headers) as answer:
        text = await answer.read()
        if answer.status != 200:
            return _seen(answer, text)
        name, data = _last_event(text)
        if name == b"error":
            lost = b"backend_lost" in data
            return Seen(f"stream ended with {data.decode(errors='replace')[:200]}", lost=lost)
        return _seen(answer, data) if name == b"done" else Seen("stream ended without its end")


def _last_event(text: bytes) -> tuple[bytes, bytes]:
    name, _, data = text.strip().rpartition(b"\n\n")[2].partition(b"\n")
    return name.removeprefix(b"event: "), data.removeprefix(b"data: ")


def _seen(answer: aiohttp.ClientResponse, raw: bytes) -> Seen:
    path = answer.url.path
    if answer.status != 200:
        return Seen(f"{path} was answered {answer.status}: {raw.decode(errors='replace')[:200]}")
    try:
        body: dict[str, Any] = json.loads(raw)
    except ValueError:
        return Seen(f"{path} was answered with what is no JSON")
    named = answer.headers.get("X-Index-Version")
    if named != str(body.get("version")):
        return Seen(f"{path} said version {named} and {body.get('version')}")
    return Seen(version=int(named))
