"""The documents that a new segment takes: out of the snapshot, and out of small segments."""

from collections.abc import Callable, Collection, Iterator, Sequence

from knowledge.snapshot import Snapshot
from retrieval.chunking import split
from retrieval.rows import Rows
from retrieval.segments import IndexedDocument
from retrieval.view import Segment

BATCH = 50  # documents whose texts are read at once

Report = Callable[[int, int], None]


def from_snapshot(
    snapshot: Snapshot, paths: Sequence[str], report: Report
) -> Iterator[IndexedDocument]:
    """Each document as the snapshot holds it; `report` is told how many of how many are split."""
    for start in range(0, len(paths), BATCH):
        batch = paths[start : start + BATCH]
        for row in snapshot.bodies(batch).values():
            chunks = tuple(split(row.body))
            yield IndexedDocument(row.path, row.number, row.sha256, row.title, row.body, chunks)
        report(start + len(batch), len(paths))


def from_segments(segments: Sequence[Segment]) -> Iterator[IndexedDocument]:
    """The live documents of segments, out of the index itself; the splitter gives what it gave."""
    for segment in segments:
        yield from from_rows(segment.rows, without=segment.ref.dead)


def from_rows(rows: Rows, without: Collection[int] = ()) -> Iterator[IndexedDocument]:
    for ordinal, path in enumerate(rows.paths):
        if ordinal not in without:
            number, sha256 = rows.revision(ordinal)
            body = rows.body(ordinal)
            yield IndexedDocument(
                path, number, sha256, rows.title(ordinal), body, tuple(split(body))
            )
