"""An index of a set's documents, in a folder of its own, by the code that builds what is served."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from builder.parallel import Parallel
from retrieval import manifest as manifests
from retrieval import markdown, versions
from retrieval.analysis import ANALYSER
from retrieval.chunking import CHUNKER, split
from retrieval.embedders import Embedder
from retrieval.embeddings import EmbeddingCache, embed
from retrieval.index import Index
from retrieval.layout import Layout
from retrieval.manifest import Fingerprint
from retrieval.segments import (
    IndexedDocument,
    embedded_texts,
    reference,
    write_rows,
    write_vectors,
)

Progress = Callable[[int, int], None]


def build(
    documents: dict[str, str],
    folder: Path,
    embedder: Embedder,
    cache: EmbeddingCache,
    progress: Progress,
) -> Index:
    """Version 1 of an index of these documents (path → text), under `folder`."""
    layout = Layout(folder)
    layout.segments.mkdir(parents=True, exist_ok=True)
    taken = [_indexed(path, body) for path, body in documents.items()]
    with Parallel(embedder) as parallel:
        embedded = embed(embedded_texts(taken), parallel, cache, progress)
    rows = write_rows(layout, taken)
    vectors = write_vectors(layout, rows, embedded.vectors)
    manifest = versions.compose(
        layout,
        [reference(layout, rows, vectors)],
        number=1,
        digest="",
        fingerprint=Fingerprint(embedder.name, CHUNKER, ANALYSER),
        parent=None,
    )
    manifests.write(layout, manifest)
    return Index.open(layout, 1)


def _indexed(path: str, body: str) -> IndexedDocument:
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    title = markdown.title(body, path)
    return IndexedDocument(path, 1, sha256, title, body, tuple(split(body)))
