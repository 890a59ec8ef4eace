"""The rows part of a segment, opened: its documents, chunks and postings, mapped and immutable."""

import threading
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np

from retrieval import arrays, freshness
from retrieval.arrays import Array, Strings
from retrieval.freshness import Freshness
from retrieval.layout import Layout
from retrieval.parts import SHELF, Meta
from retrieval.postings import Postings
from retrieval.rows_writer import FILE

HEAD_BYTES = 4 * freshness.HEAD_CHARACTERS
CHUNK_COLUMNS = ("document", "ordinal", "section", "start", "end", "start_byte", "end_byte")


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk as it was indexed; `start` and `end` are offsets in characters of the body."""

    id: bytes
    document: int
    ordinal: int
    section: str
    start: int
    end: int
    text: str


class Live:
    """Which rows of a segment count when some documents are dead; `bitmap` is None for all."""

    def __init__(self, rows: "Rows", dead: frozenset[int]) -> None:
        self.dead_rows = rows.rows_of(sorted(dead))
        self.mask = np.ones(rows.chunks, np.bool_)
        self.mask[self.dead_rows] = False
        self.bitmap = np.packbits(self.mask, bitorder="little") if len(self.dead_rows) else None
        self.documents = rows.documents - len(dead)
        self.chunks = rows.chunks - len(self.dead_rows)
        self.tokens = rows.tokens - int(rows.lengths[self.dead_rows].sum(dtype="i8"))


class Rows:
    """A rows part, opened: immutable, for any number of threads and versions at once."""

    def __init__(self, folder: Path, meta: Meta) -> None:
        self.meta = meta
        facts = meta.facts
        self.documents, self.chunks = int(facts["documents"]), int(facts["chunks"])
        self.tokens = int(facts["tokens"])
        columns = arrays.open_mapped(folder / FILE, facts["arrays"])
        self.ids, self.lengths = columns["chunks.id"], columns["chunks.length"]
        self.postings = Postings(columns)
        self.columns: Mapping[str, Array] = columns
        self._paths, self._titles, self._sections, self._bodies = (
            Strings.of(columns, name) for name in ("paths", "titles", "sections", "bodies")
        )
        self._freshness: dict[int, Freshness] = {}
        self._live: WeakValueDictionary[frozenset[int], Live] = WeakValueDictionary()
        self._lock = threading.Lock()

    @cached_property
    def paths(self) -> list[str]:
        """The documents' paths, ascending; the ordinal of a document is its place here."""
        return [self._paths[ordinal] for ordinal in range(self.documents)]

    def revision(self, ordinal: int) -> tuple[int, str]:
        """The number and the sha256 of the revision that was indexed."""
        number = int(self.columns["documents.revision"][ordinal])
        return number, self.columns["documents.sha256"][ordinal].tobytes().hex()

    @cached_property
    def revisions(self) -> list[tuple[int, str]]:
        """As `revision`, of all documents: for who compares whole versions."""
        numbers = self.columns["documents.revision"].tolist()
        sums = self.columns["documents.sha256"].tobytes().hex()
        return [(number, sums[64 * n : 64 * (n + 1)]) for n, number in enumerate(numbers)]

    def find(self, path: str) -> int | None:
        """The ordinal of a document."""
        ordinal = bisect_left(self.paths, path)
        found = ordinal < self.documents and self.paths[ordinal] == path
        return ordinal if found else None

    def title(self, ordinal: int) -> str:
        return self._titles[ordinal]

    def body(self, ordinal: int) -> str:
        return self._bodies[ordinal]

    def freshness(self, ordinal: int) -> Freshness:
        """What the document's front matter says; only the beginning of the text is read."""
        found = self._freshness.get(ordinal)
        if found is None:
            head = self._bodies.raw(ordinal, 0, HEAD_BYTES).decode(errors="ignore")
            found = self._freshness[ordinal] = freshness.read(head)
        return found

    def rows_of(self, ordinals: Sequence[int]) -> Array:
        """The rows of these documents, each document's in the order of its text."""
        offsets, rows = self.columns["documents.rows.offsets"], self.columns["documents.rows"]
        spans = [rows[offsets[ordinal] : offsets[ordinal + 1]] for ordinal in ordinals]
        return np.concatenate(spans) if spans else rows[:0]

    def chunk(self, row: int) -> ChunkRow:
        """A chunk with its text, cut out of the body without decoding the rest."""
        value = {name: int(self.columns[f"chunks.{name}"][row]) for name in CHUNK_COLUMNS}
        text = self._bodies.raw(value["document"], value["start_byte"], value["end_byte"])
        return ChunkRow(
            id=self.ids[row].tobytes(),
            document=value["document"],
            ordinal=value["ordinal"],
            section=self._sections[value["section"]],
            start=value["start"],
            end=value["end"],
            text=text.decode(),
        )

    def live(self, dead: frozenset[int]) -> Live:
        """Which rows count; shared by the open versions in which the same documents are dead."""
        with self._lock:
            live = self._live.get(dead)
            if live is None:
                live = self._live[dead] = Live(self, dead)
            return live


def open_rows(layout: Layout, id: str) -> Rows:
    """The rows part, from those that are open or from its files; IndexDamaged when they differ."""
    return SHELF.get(layout, id, Rows)
