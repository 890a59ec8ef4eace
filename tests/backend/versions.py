"""Builds real versions of the index in a folder, as the builder does, for the tests to serve."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from retrieval import manifest, markdown
from retrieval.analysis import ANALYSER
from retrieval.chunking import CHUNKER, split
from retrieval.embedders import EmbedderSettings, preferred
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
from retrieval.versions import compose

LOCAL = EmbedderSettings()


def indexed(path: str, body: str, revision: int) -> IndexedDocument:
    return IndexedDocument(
        path=path,
        revision=revision,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        title=markdown.title(body, path),
        body=body,
        chunks=tuple(split(body)),
    )


def build(
    layout: Layout,
    number: int,
    documents: Mapping[str, str],
    *,
    revision: int = 1,
    settings: EmbedderSettings = LOCAL,
) -> Index:
    """Write a version that holds these documents (path to body), all in one segment."""
    embedder = preferred(settings)
    layout.indices.mkdir(parents=True, exist_ok=True)
    rows = [indexed(path, body, revision) for path, body in documents.items()]
    segments = []
    if rows:
        rows_id = write_rows(layout, rows)
        texts = embedded_texts(rows)
        vectors = write_vectors(layout, rows_id, embedder.embed_documents(texts))
        segments = [reference(layout, rows_id, vectors)]
    digest = hashlib.sha256(repr(sorted(documents.items())).encode()).hexdigest()
    made = compose(
        layout,
        segments,
        number=number,
        digest=digest,
        fingerprint=Fingerprint(embedder.name, CHUNKER, ANALYSER),
        parent=None,
    )
    manifest.write(layout, made)
    return Index.open(layout, number)


def read_folder(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*.md"))
    }
