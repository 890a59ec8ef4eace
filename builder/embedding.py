"""Embeds through the cache that outlives versions, and times it."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing

from builder import metrics, parallel
from builder.parallel import Parallel
from builder.wanted import layout
from retrieval import embeddings
from retrieval.embedders import LOCAL, Embedder, provider_of
from retrieval.embeddings import Embedded, EmbeddingCache


def embed(texts: Sequence[str], embedder: Embedder, report: Callable[[int, int], None]) -> Embedded:
    """The vectors in the order of the texts; raises EmbeddingUnavailable."""
    provider = provider_of(embedder.name)
    with ExitStack() as stack:
        if provider == LOCAL and parallel.processes() > 1:
            embedder = stack.enter_context(Parallel(embedder))
        cache = stack.enter_context(closing(EmbeddingCache(layout().embeddings)))
        embedded = embeddings.embed(texts, embedder, cache, report)
    if embedded.computed:
        metrics.embedding_duration.labels(provider).observe(embedded.seconds)
    return embedded
