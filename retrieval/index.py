"""An opened version: immutable, and for any number of threads at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from retrieval import manifest as manifests
from retrieval import search
from retrieval.errors import IndexDamaged
from retrieval.freshness import Freshness
from retrieval.layout import Layout
from retrieval.manifest import Manifest
from retrieval.parts import SHELF
from retrieval.rarest import rarest_terms
from retrieval.vectors import Vector
from retrieval.view import Segment, View, open_segments


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A live document of a version."""

    path: str
    revision: int
    sha256: str
    title: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found; `score` is in [0, 1], `lexical` and `dense` are the halves' own.

    `text` is the body of the document's revision from `start` to `end` (in characters).
    `dense` is None when the vectors were not asked, or the chunk has none.
    """

    chunk_id: bytes
    document: str
    revision: int
    title: str
    section: str
    text: str
    start: int
    end: int
    score: float
    lexical: float
    dense: float | None


class Index:
    """A version of the index. Versions open at once share in memory what they share on disk."""

    def __init__(self, manifest: Manifest, view: View) -> None:
        self.manifest = manifest
        self.view = view

    @classmethod
    def open(cls, layout: Layout, number: int) -> "Index":
        """Open a version; the sizes of all its files are checked.

        VersionCollected when it is gone, IndexDamaged (naming the file) when it can't be used.
        """
        manifest = manifests.read(layout, number)
        try:
            view = View(open_segments(layout, manifest.segments))
        except IndexDamaged:
            # Collection takes the manifest first: with it gone, missing segments are no damage.
            manifests.read(layout, number)
            raise
        _agree(manifest, view)
        return cls(manifest, view)

    def is_current(self, layout: Layout) -> bool:
        """False once a part that it has mapped was set aside as damaged: open it anew."""
        return all(SHELF.holds(layout, part) for each in self.view.segments for part in each.parts)

    def documents(self) -> Iterator[DocumentRow]:
        """The live documents, segment by segment."""
        for segment, ordinal in self._living():
            yield _document(segment, ordinal)

    def paths(self) -> Iterator[str]:
        """Those of the live documents, segment by segment."""
        for segment, ordinal in self._living():
            yield segment.rows.paths[ordinal]

    def revisions(self) -> Mapping[str, tuple[int, str]]:
        """path -> (revision, sha256) of each live document; the same object each time."""
        return self._revisions

    @cached_property
    def _revisions(self) -> Mapping[str, tuple[int, str]]:
        """A path is live in one segment at most: what is dead in one does not hide it in another.

        By whole segments, since a version after an edit differs in a few documents of thousands.
        """
        found: dict[str, tuple[int, str]] = {}
        for segment in self.view.segments:
            rows, dead = segment.rows, segment.ref.dead
            if not dead:
                found.update(zip(rows.paths, rows.revisions, strict=True))
            else:
                entries = enumerate(zip(rows.paths, rows.revisions, strict=True))
                found.update(entry for ordinal, entry in entries if ordinal not in dead)
        return MappingProxyType(found)

    def location(self, path: str) -> tuple[int, int] | None:
        """The position of the segment that holds a live document, and its ordinal there."""
        for position, segment in enumerate(self.view.segments):
            ordinal = segment.rows.find(path)
            if ordinal is not None and ordinal not in segment.ref.dead:
                return position, ordinal
        return None

    def document(self, path: str) -> tuple[DocumentRow, str] | None:
        """A live document with its body."""
        found = self._find(path)
        return (_document(*found), found[0].rows.body(found[1])) if found else None

    def freshness(self, path: str) -> Freshness:
        """What a live document says of until when it may be trusted, and who answers for it."""
        found = self._find(path)
        return found[0].rows.freshness(found[1]) if found else Freshness()

    def chunks(self, path: str) -> list[Hit]:
        """All the chunks of a live document in the order of its text, with no score."""
        found = self._find(path)
        if found is None:
            return []
        segment, ordinal = found
        rows = segment.rows.rows_of([ordinal]).tolist()
        return [_hit(segment, row, 0.0, 0.0, None) for row in rows]

    def search(self, query: str, vector: Vector | None, k: int) -> list[Hit]:
        """The best k chunks, best first; by words alone when there is no vector."""
        hits = []
        for found in search.search(self.view, query, vector, k):
            segment, row = self.view.locate(found.row)
            hits.append(_hit(segment, row, found.score, found.lexical, found.dense))
        return hits

    def warm(self, query: str, vector: Vector | None) -> None:
        """Have a first search find in memory what it needs."""
        search.warm(self.view, query, vector)

    def rarest_terms(self, path: str, n: int = 8) -> list[str]:
        """Words of the chunk of a live document that is told best from all others, rarest first.

        As they stand in its text, so that they make a query; [] for a document without any.
        """
        return rarest_terms(self.view, [chunk.text for chunk in self.chunks(path)], n)

    def _living(self) -> Iterator[tuple[Segment, int]]:
        for segment in self.view.segments:
            for ordinal in range(segment.rows.documents):
                if ordinal not in segment.ref.dead:
                    yield segment, ordinal

    def _find(self, path: str) -> tuple[Segment, int] | None:
        found = self.location(path)
        return (self.view.segments[found[0]], found[1]) if found else None


def _agree(manifest: Manifest, view: View) -> None:
    for fact in ("documents", "chunks", "tokens", "embedded"):
        held, said = getattr(view, fact), getattr(manifest, fact)
        if held != said:
            raise IndexDamaged(
                f"Version #{manifest.number}: its segments hold {held} {fact}, "
                f"its manifest says {said}. Publish again."
            )


def _document(segment: Segment, ordinal: int) -> DocumentRow:
    rows = segment.rows
    revision, sha256 = rows.revision(ordinal)
    return DocumentRow(rows.paths[ordinal], revision, sha256, rows.title(ordinal))


def _hit(segment: Segment, row: int, score: float, lexical: float, dense: float | None) -> Hit:
    chunk = segment.rows.chunk(row)
    document = _document(segment, chunk.document)
    return Hit(
        chunk_id=chunk.id,
        document=document.path,
        revision=document.revision,
        title=document.title,
        section=chunk.section,
        text=chunk.text,
        start=chunk.start,
        end=chunk.end,
        score=score,
        lexical=lexical,
        dense=dense,
    )
