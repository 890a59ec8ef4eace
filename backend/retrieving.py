"""From a question to the chunks that may answer it: embed, search, and say by which halves."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVarTuple

import numpy as np

from backend import metrics
from backend.breaker import Breaker
from backend.known_vectors import KnownVectors
from retrieval.embedders import (
    LOCAL,
    Embedder,
    EmbedderSettings,
    named,
    preferred,
    provider_of,
)
from retrieval.errors import EmbeddingUnavailable
from retrieval.index import Hit, Index

logger = logging.getLogger(__name__)

Arguments = TypeVarTuple("Arguments")

EMBEDDING_SECONDS = 1.5
WARMING_QUESTION = "how does this work"


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The hits, best first, and whether both halves found them: `hybrid` or `lexical`."""

    hits: list[Hit]
    retrieval: str
    likeness: Callable[[str], float] | None = None  # of a text to the query, if it costs little


class Retriever:
    """Searches in threads, so that open streams go on meanwhile."""

    def __init__(self, settings: EmbedderSettings, slot: str) -> None:
        self._settings = settings
        self._slot = slot
        # What a search does without the interpreter's lock fills two; more would wait for the lock.
        self._searching = ThreadPoolExecutor(2, thread_name_prefix="search")
        # Apart, so that a provider that hangs delays embeddings alone, never the lexical half.
        self._calling = ThreadPoolExecutor(8, thread_name_prefix="embed")
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)  # by embedder
        self._known = KnownVectors()

    async def retrieve(
        self, index: Index, query: str, k: int, *, lexical: bool = False
    ) -> Retrieved:
        by_words = lexical or index.manifest.coverage == 0.0  # there is nothing to compare it to
        if by_words:
            return await self._in_thread(self._search, index, query, None, k)
        if provider_of(index.manifest.fingerprint.embedder) == LOCAL:
            late = time.monotonic() + EMBEDDING_SECONDS
            return await self._in_thread(self._embed_and_search, index, query, k, late)
        vector = await self._called(index, query)
        return await self._in_thread(self._search, index, query, vector, k)

    def warm(self, index: Index) -> None:
        """Touch all that a first search would: embedder and both halves. Calls no provider."""
        vector = None
        try:
            embedder = self._embedder(index)
            vector = _any_vector(embedder)
        except EmbeddingUnavailable as error:
            logger.warning("Version %d answers lexically: %s", index.manifest.number, error)
        index.warm(WARMING_QUESTION, vector)

    def preload(self) -> None:
        """Before there is a version: load the model that it will need, if it is a local one."""
        _any_vector(preferred(self._settings))

    def close(self) -> None:
        self._searching.shutdown(wait=False, cancel_futures=True)
        self._calling.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(
        self, search: Callable[[*Arguments], Retrieved], *arguments: *Arguments
    ) -> Retrieved:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._searching, search, *arguments)

    async def _called(self, index: Index, query: str) -> np.ndarray | None:
        """The query's embedding by the version's own provider, or None: never by another one.

        A provider that failed several questions rests, so that not each of them waits for it. What
        was embedded before is known, also while a provider rests.
        """
        name = index.manifest.fingerprint.embedder
        if (known := self._known.get(name, query)) is not None:
            return known
        breaker = self._breakers[name]
        if breaker.refuses():
            return None
        loop = asyncio.get_running_loop()
        embedding = loop.run_in_executor(self._calling, self._embed, index, query)
        try:
            vector = await asyncio.wait_for(embedding, EMBEDDING_SECONDS)
        except (EmbeddingUnavailable, TimeoutError) as error:
            breaker.failed(str(error) or f"no embedding in {EMBEDDING_SECONDS:g} s.")
            logger.warning("Answering lexically: %s", breaker.reason)
            return None
        breaker.succeeded()
        return vector

    def _embed_and_search(self, index: Index, query: str, k: int, late: float) -> Retrieved:
        """By the local model, in one turn; a question whose turn comes `late` is not embedded."""
        name = index.manifest.fingerprint.embedder
        vector = self._known.get(name, query)
        if vector is None and time.monotonic() < late:
            try:
                vector = self._embed(index, query)
            except EmbeddingUnavailable as error:
                logger.warning("Answering lexically: %s", error)
        return self._search(index, query, vector, k)

    def _embed(self, index: Index, query: str) -> np.ndarray:
        """Kept by the thread that has it, so also when it comes too late for who asked."""
        name = index.manifest.fingerprint.embedder
        with metrics.embedding_duration.labels(provider_of(name)).time():
            vector = self._embedder(index).embed_query(query)
        self._known.put(name, query, vector)
        return vector

    def _search(self, index: Index, query: str, vector: np.ndarray | None, k: int) -> Retrieved:
        with metrics.retrieval_duration.labels(self._slot).time():
            hits = index.search(query, vector, k)
        if vector is None:
            return Retrieved(hits, "lexical")
        return Retrieved(hits, "hybrid", likeness(self._embedder(index), vector))

    def _embedder(self, index: Index) -> Embedder:
        return named(index.manifest.fingerprint.embedder, self._settings)


def likeness(embedder: Embedder, vector: np.ndarray) -> Callable[[str], float] | None:
    """The cosine of a text and what the vector is of; None where each text is a call elsewhere."""
    return (lambda text: float(embedder.embed_query(text) @ vector)) if embedder.quick else None


def _any_vector(embedder: Embedder) -> np.ndarray:
    if embedder.quick:
        return embedder.embed_query(WARMING_QUESTION)
    return np.full(embedder.dimensions, embedder.dimensions**-0.5, dtype=np.float32)
