"""How long a silent backend is waited for: as long as it still answers its /health.

A slow answer and a dead process look alike from a connection that was accepted by the kernel (the
port outlives the process). Cutting slow answers off would pay a generator twice, so the backend is
asked whether it lives instead.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType


class Patience:
    def __init__(self, seconds: float, lives: Callable[[], Awaitable[bool]]) -> None:
        self._seconds = seconds
        self._lives = lives
        self._limit = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None
        self._check: asyncio.Task[None] | None = None

    @property
    def lost(self) -> bool:
        """Whether the wait was ended from here."""
        return self._limit.expired()

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()
        self._arm()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._check is not None:
            self._check.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._begin_check)

    def _begin_check(self) -> None:
        self._check = asyncio.create_task(self._end_or_go_on())

    async def _end_or_go_on(self) -> None:
        if await self._lives():
            self._arm()
        else:
            self._limit.reschedule(asyncio.get_running_loop().time())
