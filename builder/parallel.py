"""The local embedder on all cores, for a first build: a process each, since numpy's hold the GIL.

Each text is still embedded alone, so it gets the same bits as anywhere else. Django is not loaded
here: the processes import this module.
"""

import logging
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self

import numpy as np

from retrieval.embedders import Embedder, EmbedderSettings, preferred

logger = logging.getLogger(__name__)

BATCH = 256  # texts: fewer are done sooner than another process has loaded the model
AT_ONCE = 512  # texts of one call: at its end the processes wait for the last of them
SHARE = 4  # texts that a process is given at once
MOST = 4  # processes, at 200 MB each
NICE = 5  # questions go before builds


class Parallel:
    """An embedder that gives whole batches to its processes; `close` ends them."""

    batch = AT_ONCE

    def __init__(self, local: Embedder) -> None:
        self._local = local
        self._pool: ProcessPoolExecutor | None = None
        self.name, self.dimensions, self.quick = local.name, local.dimensions, local.quick

    def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        if len(texts) < BATCH and self._pool is None:
            return self._local.embed_documents(texts)
        shares = [texts[start : start + SHARE] for start in range(0, len(texts), SHARE)]
        try:
            return np.concatenate(list(self._started().map(_embed, shares)))
        except BrokenProcessPool:
            logger.warning("A process that embeds died; embedding goes on in one.")
            self.close()
            return self._local.embed_documents(texts)

    def embed_query(self, text: str) -> np.ndarray:
        return self._local.embed_query(text)

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


def processes() -> int:
    return min(len(os.sched_getaffinity(0)), MOST)


def _embed(texts: Sequence[str]) -> np.ndarray:
    return preferred(EmbedderSettings()).embed_documents(texts)
