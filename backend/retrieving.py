"""From a question to the chunks that may answer it: embed, search, and say by which halves."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

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
        self._searching = ThreadPoolExecutor(4, thread_name_prefix="search")
        # Apart, so that a provider that hangs delays embeddings alone, never the lexical half.
        self._embedding = ThreadPoolExecutor(8, thread_name_prefix="embed")
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)  # by embedder
        self._known = KnownVectors()

    async def retrieve(
        self, index: Index, query: str, k: int, *, lexical: bool = False
    ) -> Retrieved:
        by_words = lexical or index.manifest.coverage == 0.0  # there is nothing to compare it to
        vector = None if by_words else await self._vector(index, query)
        loop = asyncio.get_running_loop()
        hits = await loop.run_in_executor(self._searching, self._search, index, query, vector, k)
        if vector is None:
            return Retrieved(hits, "lexical")
        return Retrieved(hits, "hybrid", likeness(self._embedder(index), vector))

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
        self._embedding.shutdown(wait=False, cancel_futures=True)

    async def _vector(self, index: Index, query: str) -> np.ndarray | None:
        """The query's embedding by the version's own embedder, or None: never by another one.

        A provider that failed several questions rests, so that not each of them waits for it. The
        local model has no breaker: it fails a question by the load of a moment. What was
        embedded before is known, also while a provider rests.
        """
        name = index.manifest.fingerprint.embedder
        if (known := self._known.get(name, query)) is not None:
            return known
        breaker = Breaker() if provider_of(name) == LOCAL else self._breakers[name]
        if breaker.refuses():
            return None
        loop = asyncio.get_running_loop()
        embedding = loop.run_in_executor(self._embedding, self._embed, index, query)
        try:
            vector = await asyncio.wait_for(embedding, EMBEDDING_SECONDS)
        except (EmbeddingUnavailable, TimeoutError) as error:
            breaker.failed(str(error) or f"no embedding in {EMBEDDING_SECONDS:g} s.")
            logger.warning("Answering lexically: %s", breaker.reason)
            return None
        breaker.succeeded()
        return vector

    def _embed(self, index: Index, query: str) -> np.ndarray:
        """Kept by the thread that has it, so also when it comes too late for who asked."""
        name = index.manifest.fingerprint.embedder
        with metrics.embedding_duration.labels(provider_of(name)).time():
            vector = self._embedder(index).embed_query(query)
        self._known.put(name, query, vector)
        return vector

    def _search(self, index: Index, query: str, vector: np.ndarray | None, k: int) -> list[Hit]:
        with metrics.retrieval_duration.labels(self._slot).time():
            return index.search(query, vector, k)

    def _embedder(self, index: Index) -> Embedder:
        return named(index.manifest.fingerprint.embedder, self._settings)


def likeness(embedder: Embedder, vector: np.ndarray) -> Callable[[str], float] | None:
    """The cosine of a text and what the vector is of; None where each text is a call elsewhere."""
    return (lambda text: float(embedder.embed_query(text) @ vector)) if embedder.quick else None


def _any_vector(embedder: Embedder) -> np.ndarray:
    if embedder.quick:
        return embedder.embed_query(WARMING_QUESTION)
    return np.full(embedder.dimensions, embedder.dimensions**-0.5, dtype=np.float32)
