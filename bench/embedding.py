"""What chunking and embedding take by themselves, by the code that builds with them."""

import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import row
from builder.parallel import Parallel, Splitting, processes
from retrieval import embeddings
from retrieval.embedders import Embedder, EmbedderSettings, preferred
from retrieval.embeddings import EmbeddingCache

SAMPLE = 1_000  # texts


def chunking_and_embedding(bodies: Sequence[str], data: Path) -> float:
    """Their seconds, in as many processes as a build uses."""
    embedder = preferred(EmbedderSettings())
    started = time.perf_counter()
    with Splitting(len(bodies)) as splitting:
        texts = [chunk.embedded_text for each in splitting.chunks(bodies) for chunk in each]
    embedding = _embed(texts, embedder, data / "alone.sqlite3")
    taken = time.perf_counter() - started
    row("chunking and embedding alone", f"{taken:.1f} s ({len(texts):,} chunks)")
    share = len(set(texts)) / embedding / processes()
    alone = _rate_alone(texts[:: max(1, len(texts) // SAMPLE)], embedder)
    row("embedded by each process", f"{share:.0f} a second, {share / alone:.2f} of one by itself")
    return taken


def _embed(texts: Sequence[str], embedder: Embedder, cache: Path) -> float:
    """Seconds for all of them, their cache and the start of the processes counted."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with EmbeddingCache(cache) as own, Parallel(embedder) as parallel:
        embeddings.embed(texts, parallel, own)
    cache.unlink()
    return time.perf_counter() - started


def _rate_alone(texts: Sequence[str], embedder: Embedder) -> float:
    """Texts a second, of the model in one thread while nothing else runs."""
    embedder.embed_query("warm")
    started = time.perf_counter()
    embedder.embed_documents(texts)
    return len(texts) / (time.perf_counter() - started)
