"""Makes one segment of what is live in several, out of their arrays: nothing is split, analysed or
embedded again.

The rows come out byte for byte as `write_rows` writes the same documents, so the part has the same
name; the vectors are read as they are kept, in fp16, which writing them again does not change.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from retrieval import postings
from retrieval.arrays import Array, Strings
from retrieval.layout import Layout
from retrieval.manifest import SegmentRef
from retrieval.ranking import Numbers, halves
from retrieval.rows_writer import ID_BYTES, write_columns
from retrieval.segments import reference, write_vectors
from retrieval.view import Segment

PLACES = ("ordinal", "start", "end", "start_byte", "end_byte")


def merge(layout: Layout, segments: Sequence[Segment]) -> SegmentRef:
    """Write the parts. A path is live in one of the segments at most, as in any version."""
    merger = _Merger(segments)
    rows = write_columns(layout, merger.columns())
    vectors = merger.vectors()
    return reference(layout, rows, write_vectors(layout, rows, vectors) if len(vectors) else None)


class _Merger:
    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._documents = sorted(
            (path, place, ordinal)
            for place, segment in enumerate(segments)
            for ordinal, path in enumerate(segment.rows.paths)
            if ordinal not in segment.ref.dead
        )
        self._kept = [np.flatnonzero(segment.live.mask) for segment in segments]
        self._order = np.arange(sum(len(rows) for rows in self._kept))
        first, second = halves(self._of_rows("id").reshape(-1, ID_BYTES)).T
        self._order = np.lexsort((second, first))

    def columns(self) -> dict[str, Array]:
        """In the order in which `write_rows` has them, which is that of the bytes in the file."""
        document = self._gather(
            [numbers[segment.rows.columns["chunks.document"]]
             for numbers, segment in zip(self._ordinals(), self._segments, strict=True)]
        )  # fmt: skip
        ordinal = self._of_rows("ordinal")
        offsets = np.zeros(len(self._documents) + 1, "<u4")
        np.cumsum(np.bincount(document, minlength=len(self._documents)), out=offsets[1:])
        return {
            "documents.revision": self._of_documents("revision"),
            "documents.sha256": self._of_documents("sha256"),
            "documents.rows": np.lexsort((ordinal, document)).astype("<u4"),
            "documents.rows.offsets": offsets,
            **self._texts("bodies"),
            "chunks.id": self._of_rows("id"),
            "chunks.document": document.astype("<u4"),
            **{f"chunks.{name}": self._of_rows(name) for name in PLACES},
            **self._texts("paths"),
            **self._texts("titles"),
            **self._sections(),
            **self._postings(),
            "chunks.length": self._of_rows("length"),
        }

    def vectors(self) -> npt.NDArray[np.float32]:
        found = [
            segment.vectors.read(rows)
            for segment, rows in zip(self._segments, self._kept, strict=True)
            if segment.vectors is not None
        ]
        return np.concatenate(found)[self._order] if found else np.zeros((0, 0), "f4")

    def _gather(self, columns: Sequence[Array]) -> Array:
        """The values of the live rows, given an array for each segment, in their new order."""
        kept = [column[rows] for column, rows in zip(columns, self._kept, strict=True)]
        return np.concatenate(kept)[self._order]

    def _of_rows(self, name: str) -> Array:
        return self._gather([segment.rows.columns[f"chunks.{name}"] for segment in self._segments])

    def _of_documents(self, name: str) -> Array:
        columns = [segment.rows.columns[f"documents.{name}"] for segment in self._segments]
        return np.array([columns[place][ordinal] for _, place, ordinal in self._documents])

    def _texts(self, name: str) -> dict[str, Array]:
        texts = [Strings.of(segment.rows.columns, name) for segment in self._segments]
        live = [texts[place][ordinal] for _, place, ordinal in self._documents]
        return Strings.pack(live).columns(name)

    def _ordinals(self) -> list[Numbers]:
        """For each segment, the new ordinals of its documents; -1 for the dead."""
        ordinals = [np.full(segment.rows.documents, -1, "i8") for segment in self._segments]
        for new, (_, place, ordinal) in enumerate(self._documents):
            ordinals[place][ordinal] = new
        return ordinals

    def _sections(self) -> dict[str, Array]:
        columns = [segment.rows.columns for segment in self._segments]
        texts = [Strings.of(each, "sections") for each in columns]
        used = [
            {place: text[place] for place in np.unique(each["chunks.section"][rows]).tolist()}
            for each, text, rows in zip(columns, texts, self._kept, strict=True)
        ]
        sections = sorted({section for some in used for section in some.values()})
        number = {section: position for position, section in enumerate(sections)}
        renumbered = [np.zeros(len(text), "<u4") for text in texts]
        for numbers, some in zip(renumbered, used, strict=True):
            for place, section in some.items():
                numbers[place] = number[section]
        return {
            **Strings.pack(sections).columns("sections"),
            "chunks.section": self._gather(
                [numbers[each["chunks.section"]]
                 for numbers, each in zip(renumbered, columns, strict=True)]
            ),
        }  # fmt: skip

    def _postings(self) -> dict[str, Array]:
        vocabulary: dict[str, int] = {}
        found = [
            _renumbered(segment.rows.columns, rows, vocabulary)
            for segment, rows in zip(self._segments, self._new_rows(), strict=True)
        ]
        term_of, row_of, count_of = (np.concatenate(some) for some in zip(*found, strict=True))
        order = np.argsort(row_of, kind="stable")
        return postings.packed(vocabulary, term_of[order], row_of[order], count_of[order])

    def _new_rows(self) -> list[Numbers]:
        """For each segment, the new numbers of its rows; -1 for the dead."""
        places = np.empty(len(self._order), "i8")
        places[self._order] = np.arange(len(self._order))
        new, start = [], 0
        for segment, rows in zip(self._segments, self._kept, strict=True):
            numbers = np.full(segment.rows.chunks, -1, "i8")
            numbers[rows] = places[start : start + len(rows)]
            new.append(numbers)
            start += len(rows)
        return new


def _renumbered(
    columns: Mapping[str, Array], rows: Numbers, vocabulary: dict[str, int]
) -> tuple[Array, Array, Array]:
    """(number in the vocabulary, new row, how often) of the live postings of one segment."""
    terms = Strings.of(columns, "terms")
    term_of = np.repeat(np.arange(len(terms)), np.diff(columns["postings.offsets"]).astype("i8"))
    row_of = rows[columns["postings.rows"]]
    live = row_of >= 0
    numbers = np.zeros(len(terms), "i8")
    for term in np.unique(term_of[live]).tolist():
        numbers[term] = vocabulary.setdefault(terms[term], len(vocabulary))
    return numbers[term_of[live]], row_of[live], columns["postings.frequencies"][live]
