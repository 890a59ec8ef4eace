"""Embeds through the cache that outlives versions: at once where that is quick, or with patience.

Who builds never waits for a provider: what it does not give at once is left to `backlog.py`, and
what it gives later is kept all the same.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from builder import embedder_state, metrics, parallel
from builder.parallel import Parallel
from builder.wanted import layout
from retrieval import embeddings
from retrieval.embedders import LOCAL, Embedder, provider_of
from retrieval.embeddings import EmbeddingCache
from retrieval.errors import EmbeddingUnavailable
from retrieval.files import Locked, locked

logger = logging.getLogger("builder")

PROVIDER_SECONDS = 1.0  # that a build waits for a provider

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """The vectors that there are, by text; what of them was computed now, and in what time."""

    vectors: dict[str, np.ndarray]
    computed: int
    seconds: float


def at_once(texts: Sequence[str], embedder: Embedder, report: Report) -> Found:
    """What is known of these texts, and what more can be known within LEXICAL_FIRST_SECONDS."""
    with closing(_cache()) as cache:
        missing = cache.missing(embedder.name, texts)
        started = time.perf_counter()
        if missing and _is_quick(embedder, len(missing)):
            _try(missing, embedder, report)
        spent = time.perf_counter() - started if missing else 0.0
        vectors = cache.get(embedder.name, texts)
    return Found(vectors, sum(text in vectors for text in missing), spent)


def patiently(texts: Sequence[str], embedder: Embedder, report: Report) -> None:
    """See to it that all of them are in the cache, each batch as it comes.

    Raises EmbeddingUnavailable, which is noted; what came before it is kept. The caller holds the
    embedding lock when the embedder is a provider: nobody else pays for the same texts meanwhile.
    """
    try:
        with closing(_cache()) as cache:
            done = embeddings.embed(texts, embedder, cache, report)
    except EmbeddingUnavailable as error:
        embedder_state.failed(embedder, error)
        raise
    if done.computed:
        embedder_state.embedded(embedder, done.computed, done.seconds)
        metrics.embedding_duration.labels(provider_of(embedder.name)).observe(done.seconds)


@contextmanager
def on_all_cores(embedder: Embedder) -> Iterator[Embedder]:
    """The local model in as many processes as there are cores, once there is enough to do."""
    if provider_of(embedder.name) == LOCAL and parallel.processes() > 1:
        with Parallel(embedder) as every:
            yield every
    else:
        yield embedder


def _is_quick(embedder: Embedder, texts: int) -> bool:
    if embedder_state.trouble(embedder.name) is not None:
        return False
    return embedder_state.seconds_for(embedder, texts) <= settings.LEXICAL_FIRST_SECONDS


def _try(texts: Sequence[str], embedder: Embedder, report: Report) -> None:
    if provider_of(embedder.name) == LOCAL:
        with on_all_cores(embedder) as every:
            patiently(texts, every, report)
        return
    try:
        _await(_begun(texts, embedder, report))
    except Locked:
        logger.info("%s embeds for others at this moment: the vectors follow.", embedder.name)
    except TimeoutError:
        slow = EmbeddingUnavailable(f"There was no answer within {PROVIDER_SECONDS} s.")
        embedder_state.failed(embedder, slow)
        logger.warning("%s is slow: the vectors follow.", embedder.name)
    except EmbeddingUnavailable as error:
        logger.warning("%s The vectors follow.", error)


def _await(call: "Future[None]") -> None:
    call.result(min(PROVIDER_SECONDS, settings.LEXICAL_FIRST_SECONDS))


def _begun(texts: Sequence[str], embedder: Embedder, report: Report) -> "Future[None]":
    """A call that goes on when it is no longer waited for, since it is paid for."""
    call: Future[None] = Future()

    def embed() -> None:
        try:
            with locked(layout().embedding_lock, timeout=0):
                patiently(texts, embedder, report)
        except BaseException as error:
            call.set_exception(error)
        else:
            call.set_result(None)

    threading.Thread(target=embed, name="embed", daemon=True).start()
    return call


def _cache() -> EmbeddingCache:
    return EmbeddingCache(layout().embeddings)
