"""Splitting and embedding on all cores, for what is large: a process each, since both hold the GIL.

Each text is still split and embedded alone, so it gets the same chunks and bits as anywhere else.
Django is not loaded here: the processes import this module.
"""

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self, TypeVar

import numpy as np

from retrieval.chunking import Chunk, split
from retrieval.embedders import Embedder, EmbedderSettings, preferred

logger = logging.getLogger(__name__)

BATCH = 256  # texts: fewer are done sooner than another process has loaded the model
AT_ONCE = 512  # texts of one call: at its end the processes wait for the last of them
SHARE = 4  # texts that a process is given at once
MANY = 300  # documents: fewer are split sooner than another process has started
MOST = 4  # processes, at 200 MB each
NICE = 5  # questions go before builds

Item = TypeVar("Item")
Result = TypeVar("Result")


class Pool:
    """Processes that are started at the first need; where they die, the work goes on in this one.

    To be closed, by `with`.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def map(self, call: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Of each item, in order. `call` is a module's function that needs nothing but its item."""
        try:
            return list(self._started().map(call, items))
        except BrokenProcessPool:
            logger.warning("A process that helped to build died; the work goes on in one.")
            self.close()
            return list(map(call, items))

    @property
    def is_started(self) -> bool:
        return self._pool is not None

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Spawned: a fork would copy the locks that this process's other threads hold.
            self._pool = ProcessPoolExecutor(
                processes(), multiprocessing.get_context("spawn"), os.nice, (NICE,)
            )
        return self._pool


class Parallel(Pool):
    """An embedder that gives whole batches to its processes."""

    batch = AT_ONCE

    def __init__(self, local: Embedder) -> None:
        super().__init__()
        self._local = local
        self.name, self.dimensions, self.quick = local.name, local.dimensions, local.quick

    def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        if len(texts) < BATCH and not self.is_started:
            return self._local.embed_documents(texts)
        return np.concatenate(self.map(_embed, _shares(texts)))

    def embed_query(self, text: str) -> np.ndarray:
        return self._local.embed_query(text)


class Splitting(Pool):
    """Splits documents; `documents` is how many there will be."""

    def __init__(self, documents: int) -> None:
        super().__init__()
        self._alone = documents < MANY or processes() == 1

    def chunks(self, bodies: Sequence[str]) -> list[tuple[Chunk, ...]]:
        """The chunks of each body, in order."""
        if self._alone:
            return [tuple(split(body)) for body in bodies]
        return [chunks for share in self.map(_split, _shares(bodies)) for chunks in share]


def processes() -> int:
    return min(_cores(), MOST)


def _cores() -> int:
    """Those that this process may use, where the system tells (macOS does not)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _shares(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + SHARE] for start in range(0, len(texts), SHARE)]


def _embed(texts: Sequence[str]) -> np.ndarray:
    return preferred(EmbedderSettings()).embed_documents(texts)


def _split(bodies: Iterable[str]) -> list[tuple[Chunk, ...]]:
    return [tuple(split(body)) for body in bodies]
