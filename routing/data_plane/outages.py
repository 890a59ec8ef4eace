"""Which backends do not answer, as this process found out; one watcher for each, until they do.

However many requests wait for a backend's restart, only one task asks it whether it is back.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from routing.data_plane.pointer_cache import PointerCache
from routing.data_plane.upstream import Upstream

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.05


@dataclass(slots=True)
class Outage:
    slot: str
    reason: str
    since: float
    """On the event loop's clock."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    watcher: asyncio.Task[None] | None = None


class Outages:
    def __init__(self, upstream: Upstream, pointers: PointerCache) -> None:
        self._upstream = upstream
        self._pointers = pointers
        self._open: dict[str, Outage] = {}

    def of(self, slot: str) -> Outage | None:
        return self._open.get(slot)

    def begin(self, slot: str, reason: str) -> Outage:
        outage = self._open.get(slot)
        if outage is None:
            outage = Outage(slot, reason, asyncio.get_running_loop().time())
            self._open[slot] = outage
            logger.warning("Waiting for backend %s: %s", slot, reason)
            outage.watcher = asyncio.create_task(self._watch(outage))
        return outage

    async def close(self) -> None:
        watchers = [outage.watcher for outage in self._open.values() if outage.watcher]
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)

    async def _watch(self, outage: Outage) -> None:
        try:
            while not await self._is_over(outage.slot):
                await asyncio.sleep(POLL_SECONDS)
        finally:
            del self._open[outage.slot]
            outage.over.set()
        seconds = asyncio.get_running_loop().time() - outage.since
        logger.warning("The wait for backend %s is over after %.2f s", outage.slot, seconds)

    async def _is_over(self, slot: str) -> bool:
        """It answers as the pointer says, or the pointer has left it and nobody waits for it."""
        pointer = self._pointers.current()
        if pointer is None or pointer.slot != slot:
            return True
        return (await self._upstream.health(slot)).serves(pointer.version)
