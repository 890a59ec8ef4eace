"""Which version a backend answers from: the one that its slot's link names when a request comes.

A version is loaded and warmed whole before it is answered from, once however many wait for it;
requests that began on the one before keep it until they end.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from backend.errors import NoSuchVersion, SlotUnloadable, WrongVersion
from retrieval.errors import NoVersion, RetrievalError, VersionCollected
from retrieval.index import Index
from retrieval.layout import Layout

logger = logging.getLogger(__name__)

KEPT = 2  # versions kept open besides the served one: sources of earlier answers, time travel


class Holder:
    """Hands out opened versions; `warm` makes one ready to answer its first question quickly."""

    def __init__(self, layout: Layout, slot: str, warm: Callable[[Index], None]) -> None:
        self._layout = layout
        self._slot = slot
        self._warm = warm
        self._held: Index | None = None
        self._assignment: tuple[int, int] | None = None  # of the slot, when `_held` was loaded
        self._others: OrderedDict[int, Index] = OrderedDict()
        self._loads: dict[int, asyncio.Task[Index]] = {}
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="load")

    def named(self, expected: int | None = None) -> int:
        """The version that the slot names now: NoVersion, or WrongVersion if not the expected."""
        number = self._layout.slot_version(self._slot)
        if number is None:
            raise NoVersion(f"Slot {self._slot} holds no version yet.")
        if expected is not None and number != expected:
            raise WrongVersion(self._slot, number, expected)
        return number

    async def current(self, expected: int | None = None) -> Index:
        """The version that the slot names at this moment, loaded."""
        number = self.named(expected)
        # Assigned anew is opened anew: a part of it was set aside as damaged, and is mended.
        assigned = self._layout.assignment(self._slot) == self._assignment
        if assigned and self._held is not None and self._held.manifest.number == number:
            return self._held
        return await self._loaded(number)

    async def version(self, number: int) -> Index:
        """Any kept version, without warming it: VersionCollected when it is gone."""
        if self._held is not None and self._held.manifest.number == number:
            return self._held
        self._require(number)
        if number in self._others and not self._others[number].is_current(self._layout):
            del self._others[number]
        if number not in self._others:
            loop = asyncio.get_running_loop()
            self._others[number] = await loop.run_in_executor(
                self._threads, Index.open, self._layout, number
            )
        self._others.move_to_end(number)
        index = self._others[number]
        while len(self._others) > KEPT:
            self._others.popitem(last=False)
        return index

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _loaded(self, number: int) -> Index:
        load = self._loads.get(number)
        if load is None:
            load = asyncio.create_task(self._load(number))
            self._loads[number] = load
            load.add_done_callback(lambda done: self._finished(number, done))
        # A client that leaves must not take the load away from the others who wait for it.
        return await asyncio.shield(load)

    def _finished(self, number: int, load: asyncio.Task[Index]) -> None:
        del self._loads[number]
        if not load.cancelled() and load.exception() is not None:
            logger.error("%s", load.exception())

    async def _load(self, number: int) -> Index:
        loop = asyncio.get_running_loop()
        assignment = self._layout.assignment(self._slot)
        try:
            index = await loop.run_in_executor(self._threads, self._open_warm, number)
        except (RetrievalError, OSError) as error:
            raise SlotUnloadable(
                f"Slot {self._slot} names version {number}, which cannot be loaded: {error}"
            ) from error
        # The slot may have been assigned again during a slow load: what it named before then
        # answers those who asked before, and is not kept.
        if self._layout.slot_version(self._slot) == number:
            self._held, self._assignment = index, assignment
            self._others.pop(number, None)
            logger.info("Backend %s serves version %d.", self._slot, number)
        return index

    def _open_warm(self, number: int) -> Index:
        index = Index.open(self._layout, number)
        self._warm(index)
        return index

    def _require(self, number: int) -> None:
        """An open version stays readable after its collection: its manifest says if it is kept."""
        if self._layout.manifest(number).is_file():
            return
        self._others.pop(number, None)
        if number > max(self._layout.numbers(), default=0):
            raise NoSuchVersion(f"There is no version {number} yet.")
        raise VersionCollected(f"Version {number} is no longer kept.")
