"""The new segments of a version: what is embedded in one, and the rest in pieces without vectors.

A piece gets its vectors whole, and with them a version: so the pieces grow, and the versions on
the way to the last vector are few.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from builder.wanted import layout
from retrieval import failpoints
from retrieval.manifest import SegmentRef
from retrieval.segments import (
    IndexedDocument,
    embedded_texts,
    reference,
    write_rows,
    write_vectors,
)

FIRST = 1_000  # chunks of the first piece
GROWTH = 4

Vectors = Mapping[str, np.ndarray]  # by text


def write(documents: Sequence[IndexedDocument], vectors: Vectors) -> list[SegmentRef]:
    """The segments that hold these documents; none without any."""
    whole = [one for one in documents if _is_embedded(one, vectors)]
    lacking = [one for one in documents if not _is_embedded(one, vectors)]
    written = [_segment(whole, vectors)] if whole else []
    return [*written, *(_segment(piece, None) for piece in cut(lacking))]


def pending(documents: Sequence[IndexedDocument], vectors: Vectors) -> int:
    """How many chunks will be in segments without vectors: a document is in one or the other."""
    return sum(len(one.chunks) for one in documents if not _is_embedded(one, vectors))


def cut(documents: Sequence[IndexedDocument]) -> list[list[IndexedDocument]]:
    """In the order of their paths, into pieces of about as many chunks as `sizes` says."""
    pieces: list[list[IndexedDocument]] = []
    wanted = iter(sizes(sum(len(one.chunks) for one in documents)))
    room = 0
    for document in sorted(documents, key=lambda one: one.path):
        if room <= 0:
            pieces.append([])
            room += next(wanted)
        pieces[-1].append(document)
        room -= len(document.chunks)
    return pieces


def sizes(chunks: int) -> list[int]:
    """Growing ones; what would leave less than one more is not cut off."""
    found, size = [], FIRST
    while chunks > 2 * size:
        found.append(size)
        chunks -= size
        size *= GROWTH
    return [*found, chunks] if chunks else found


def _is_embedded(document: IndexedDocument, vectors: Vectors) -> bool:
    return all(chunk.embedded_text in vectors for chunk in document.chunks)


def _segment(documents: Sequence[IndexedDocument], vectors: Vectors | None) -> SegmentRef:
    rows = write_rows(layout(), documents)
    failpoints.reach("rows.written")
    texts = embedded_texts(documents) if vectors is not None else []
    if vectors is None or not texts:
        return reference(layout(), rows)
    stacked = np.stack([vectors[text] for text in texts])
    return reference(layout(), rows, write_vectors(layout(), rows, stacked))
