"""Constant load on the public port, from a thread of its own, with every answer kept."""

import asyncio
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Answer:
    at: float
    seconds: float
    status: int  # 0: no answer at all
    version: int | None
    slot: str | None
    body: Any
    error: str = ""
    asked: tuple[str, bool] = ("", False)  # the question, and whether it was a search

    @property
    def failed(self) -> bool:
        return self.status != 200


@dataclass
class Load:
    """`with Load(url, questions) as load:` asks without a pause from `clients` connections.

    A request that takes longer than `hung_after` seconds counts as failed.
    """

    url: str
    questions: list[str]
    clients: int = 4
    hung_after: float = 20.0
    answers: list[Answer] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Load":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(self.hung_after + 5)
        assert not self._thread.is_alive(), "a request hangs"

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=self.hung_after)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            await asyncio.gather(*(self._client(session, n) for n in range(self.clients)))

    async def _client(self, session: aiohttp.ClientSession, number: int) -> None:
        turn = number
        while not self._stop.is_set():
            question = self.questions[turn % len(self.questions)]
            turn += 1
            self.answers.append(await self._one(session, question, search=bool(turn % 2)))

    async def _one(self, session: aiohttp.ClientSession, question: str, *, search: bool) -> Answer:
        started = time.time()
        try:
            if search:
                call = session.get(f"{self.url}/api/search", params={"q": question})
            else:
                call = session.post(f"{self.url}/api/ask", json={"question": question})
            async with call as response:
                raw = await response.read()
                version = response.headers.get("X-Index-Version")
                return Answer(
                    started, time.time() - started, response.status,
                    int(version) if version else None, response.headers.get("X-Slot"),
                    json.loads(raw), asked=(question, search),
                )  # fmt: skip
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return Answer(started, time.time() - started, 0, None, None, None, repr(error))

    @property
    def failures(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.failed]

    def summary(self) -> str:
        outcomes = Counter(answer.status for answer in self.answers)
        slowest = max((answer.seconds for answer in self.answers), default=0.0)
        return f"{len(self.answers)} requests {dict(outcomes)}, slowest {slowest * 1000:.0f} ms"
