"""A segment: a rows part, and a vectors part once its chunks are embedded; both immutable."""

from retrieval.layout import Layout
from retrieval.manifest import SegmentRef
from retrieval.parts import read_meta, verify
from retrieval.rows import ChunkRow, Rows, open_rows
from retrieval.rows_writer import IndexedDocument, chunk_id, embedded_texts, write_rows
from retrieval.vectors import Vectors, open_vectors, write_vectors

__all__ = [
    "ChunkRow",
    "IndexedDocument",
    "Rows",
    "Vectors",
    "chunk_id",
    "embedded_texts",
    "open_rows",
    "open_vectors",
    "reference",
    "verify",
    "write_rows",
    "write_vectors",
]


def reference(layout: Layout, rows_id: str, vectors_id: str | None = None) -> SegmentRef:
    """The segment of these parts as a manifest lists it, all its documents live."""
    facts = read_meta(layout, rows_id).facts
    return SegmentRef(rows_id, vectors_id, facts["documents"], facts["chunks"])
