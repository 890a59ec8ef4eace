"""Embeds through the cache that outlives versions, and times it."""

from collections.abc import Callable, Sequence
from contextlib import closing

from builder import metrics
from builder.wanted import layout
from retrieval import embeddings
from retrieval.embedders import Embedder
from retrieval.embeddings import Embedded, EmbeddingCache


def embed(texts: Sequence[str], embedder: Embedder, report: Callable[[int, int], None]) -> Embedded:
    """The vectors in the order of the texts; raises EmbeddingUnavailable."""
    with closing(EmbeddingCache(layout().embeddings)) as cache:
        embedded = embeddings.embed(texts, embedder, cache, report)
    if embedded.computed:
        provider = metrics.provider_of(embedder.name)
        metrics.embedding_duration.labels(provider).observe(embedded.seconds)
    return embedded
