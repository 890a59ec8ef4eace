"""The segments of one version side by side: its rows get one numbering, across all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from retrieval.arrays import Array
from retrieval.errors import IndexDamaged
from retrieval.layout import Layout
from retrieval.manifest import SegmentRef
from retrieval.ranking import Numbers
from retrieval.rows import Live, Rows, open_rows
from retrieval.vectors import Vectors, open_vectors


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment as a version uses it; `offset` is the number of its first row in the version."""

    ref: SegmentRef
    rows: Rows
    vectors: Vectors | None
    live: Live
    offset: int

    @property
    def parts(self) -> tuple[Rows | Vectors, ...]:
        return (self.rows, self.vectors) if self.vectors else (self.rows,)


def open_segments(layout: Layout, refs: Sequence[SegmentRef]) -> tuple[Segment, ...]:
    """Open all the parts; IndexDamaged when one is missing or not as it was written."""
    segments: list[Segment] = []
    for ref in refs:
        rows = open_rows(layout, ref.rows)
        vectors = open_vectors(layout, ref.vectors) if ref.vectors else None
        _fit(ref, rows, vectors, segments)
        offset = segments[-1].offset + segments[-1].rows.chunks if segments else 0
        segments.append(Segment(ref, rows, vectors, rows.live(ref.dead), offset))
    return tuple(segments)


def _fit(ref: SegmentRef, rows: Rows, vectors: Vectors | None, before: Sequence[Segment]) -> None:
    """Whole parts can still be the wrong ones: what is listed must be what they hold."""
    if (ref.documents, ref.chunks) != (rows.documents, rows.chunks):
        raise IndexDamaged(
            f"Segment {ref.rows} holds {rows.documents} documents and {rows.chunks} chunks; "
            f"the manifest says {ref.documents} and {ref.chunks}."
        )
    if ref.dead and max(ref.dead) >= rows.documents:
        raise IndexDamaged(f"Segment {ref.rows} has no document {max(ref.dead)} to be dead.")
    if vectors is not None and vectors.rows_id != ref.rows:
        raise IndexDamaged(f"The vectors {ref.vectors} belong to other rows than {ref.rows}.")
    sizes = {segment.vectors.dimensions for segment in before if segment.vectors}
    if vectors is not None and not sizes <= {vectors.dimensions}:
        raise IndexDamaged(
            f"The vectors {ref.vectors} have {vectors.dimensions} dimensions, "
            f"those of the segments before them {max(sizes)}."
        )


class View:
    """What the halves of a search see of a version."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self.rows = sum(segment.rows.chunks for segment in segments)
        self.documents = sum(segment.live.documents for segment in segments)
        self.chunks = sum(segment.live.chunks for segment in segments)
        self.tokens = sum(segment.live.tokens for segment in segments)
        self.embedded = sum(segment.live.chunks for segment in segments if segment.vectors)
        with_vectors = [segment.vectors for segment in segments if segment.vectors]
        self.dimensions = with_vectors[0].dimensions if with_vectors else None
        self._offsets = np.array([segment.offset for segment in segments], "i8")

    @cached_property
    def dead_rows(self) -> Numbers:
        dead = [segment.live.dead_rows + np.int64(segment.offset) for segment in self.segments]
        return np.concatenate([np.zeros(0, "i8"), *dead])

    def locate(self, row: int) -> tuple[Segment, int]:
        """The segment that holds a row of the version, and the row's number there."""
        segment = self.segments[int(np.searchsorted(self._offsets, row, side="right")) - 1]
        return segment, row - segment.offset

    def spread(self, rows: Numbers) -> Iterator[tuple[Segment, Numbers, Numbers]]:
        """(segment, positions in `rows`, row numbers there) for each segment that holds some."""
        owners = np.searchsorted(self._offsets, rows, side="right") - 1
        for owner in np.unique(owners).tolist():
            positions = np.flatnonzero(owners == owner)
            segment = self.segments[owner]
            yield segment, positions, rows[positions] - segment.offset

    def ids(self, rows: Numbers) -> Array:
        """The chunk ids of these rows, (len(rows), 16) bytes."""
        ids = np.empty((len(rows), 16), "u1")
        for segment, positions, local in self.spread(rows):
            ids[positions] = segment.rows.ids[local]
        return ids
