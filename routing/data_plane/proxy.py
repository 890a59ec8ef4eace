"""Which backend answers: the active one, again after its restart, else the fallback.

Every request says which version it expects, so an answer is of the version that the pointer named
or there is none; a question has no side effects, so asking it again is safe.
"""

import asyncio

from routing.data_plane.config import RouterConfig
from routing.data_plane.exchange import Answer
from routing.data_plane.metrics import FALLBACK_ANSWERS, RETRIES
from routing.data_plane.outages import Outages
from routing.data_plane.pointer_cache import PointerCache
from routing.data_plane.public_errors import (
    BackendFailed,
    BackendUnavailable,
    NoVersionYet,
    TimedOut,
)
from routing.data_plane.upstream import (
    BackendLost,
    BackendSlow,
    Call,
    Stream,
    Upstream,
    WrongVersion,
)
from routing.pointer import Pointer

MOST_MOVES = 3
BOTH_AWAY_SECONDS = 0.1
DEGRADED = (b"x-degraded", b"1")


class Proxy:
    def __init__(self, config: RouterConfig, upstream: Upstream, pointers: PointerCache) -> None:
        self._budget = config.budget_seconds
        self._upstream = upstream
        self._pointers = pointers
        self.outages = Outages(upstream, pointers)

    async def ask(self, call: Call) -> Answer | Stream:
        """The answer of one version; raises a Refusal when there is none to be had."""
        try:
            return _presentable(await self._ask(call))
        except BackendSlow as error:
            raise TimedOut(str(error)) from error

    async def _ask(self, call: Call) -> Answer | Stream:
        deadline = asyncio.get_running_loop().time() + self._budget
        moves = failures = 0
        while True:
            pointer = self._pointer()
            reply = await self._from_active(pointer, call)
            if reply is not None:
                return reply
            if self._pointers.current() != pointer and moves < MOST_MOVES:
                moves += 1
            elif await self._answers_again(pointer, deadline, failures):
                failures += 1
            elif reply := await self._from_fallback(pointer, call, deadline):
                return reply

    def _pointer(self) -> Pointer:
        pointer = self._pointers.current()
        if pointer is None:
            raise NoVersionYet
        return pointer

    async def _from_active(self, pointer: Pointer, call: Call) -> Answer | Stream | None:
        """None when the active backend cannot answer now; an outage is then open."""
        if self.outages.of(pointer.slot) is not None:
            return None
        try:
            return await self._upstream.ask(pointer.slot, pointer.version, call)
        except WrongVersion as error:
            RETRIES.labels("wrong_version").inc()
            # With the pointer moved on, its own retry is enough.
            if self._pointers.current() == pointer:
                self.outages.begin(pointer.slot, str(error))
        except BackendLost as error:
            RETRIES.labels("backend_lost").inc()
            self.outages.begin(pointer.slot, str(error))
        return None

    async def _answers_again(self, pointer: Pointer, deadline: float, failures: int) -> bool:
        """Waits for the active backend; False once the wait is longer than is worth it.

        With a fallback, the wait counts from the outage's beginning, not from this request's, so
        that a long outage makes nobody wait. Without one there is nothing better than to wait.
        """
        outage = self.outages.of(pointer.slot)
        if outage is not None:
            if pointer.fallback is not None:
                deadline = min(deadline, outage.since + self._budget)
            try:
                async with asyncio.timeout_at(deadline):
                    await outage.over.wait()
            except TimeoutError:
                return False
        if failures:
            # It says that it is well, yet it failed before: no tight loop between it and us.
            await asyncio.sleep(min(0.02 * 2**failures, 1.0))
        return asyncio.get_running_loop().time() < deadline

    async def _from_fallback(
        self, pointer: Pointer, call: Call, deadline: float
    ) -> Answer | Stream | None:
        """None when it is away as well: whichever comes back first within our time answers."""
        outage = self.outages.of(pointer.slot)
        reason = outage.reason if outage else f"Backend {pointer.slot} keeps failing."
        current = self._pointers.current()
        fallback = current.fallback if current is not None else None
        if fallback is None:
            raise BackendUnavailable(reason)
        try:
            reply = await self._upstream.ask(fallback.slot, fallback.version, call)
        except (BackendLost, WrongVersion) as error:
            if asyncio.get_running_loop().time() >= deadline:
                raise BackendUnavailable(f"{reason} {error}") from error
            await asyncio.sleep(BOTH_AWAY_SECONDS)
            return None
        FALLBACK_ANSWERS.inc()
        reply.degraded = True
        reply.headers.append(DEGRADED)
        return reply


def _presentable(reply: Answer | Stream) -> Answer | Stream:
    """A server's own error page (a crash in the backend) is not for the public."""
    if isinstance(reply, Answer) and reply.status >= 500 and not _is_json(reply):
        raise BackendFailed(f"Backend {reply.slot} failed; the reason is in its log.")
    return reply


def _is_json(answer: Answer) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"application/json")
        for name, value in answer.headers
    )
