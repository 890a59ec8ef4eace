"""The documents that a new segment takes: out of the snapshot, and out of small segments."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from builder.parallel import Splitting
from knowledge.snapshot import Snapshot
from retrieval.rows import Rows
from retrieval.segments import IndexedDocument
from retrieval.view import Segment

BATCH = 200  # documents whose texts are read, and split, at once

Report = Callable[[int, int], None]


def from_snapshot(
    snapshot: Snapshot, paths: Sequence[str], report: Report
) -> Iterator[IndexedDocument]:
    """Each document as the snapshot holds it; `report` is told how many of how many are split."""
    with Splitting(len(paths)) as splitting:
        for start in range(0, len(paths), BATCH):
            rows = snapshot.bodies(paths[start : start + BATCH]).values()
            yield from _split(
                splitting,
                [IndexedDocument(row.path, row.number, row.sha256, row.title, row.body, ())
                 for row in rows],
            )  # fmt: skip
            report(min(start + BATCH, len(paths)), len(paths))


def from_segments(segments: Sequence[Segment]) -> Iterator[IndexedDocument]:
    """The live documents of segments, out of the index itself; the splitter gives what it gave."""
    for segment in segments:
        yield from from_rows(segment.rows, without=segment.ref.dead)


def from_rows(rows: Rows, without: Collection[int] = ()) -> Iterator[IndexedDocument]:
    ordinals = [ordinal for ordinal in range(rows.documents) if ordinal not in without]
    with Splitting(len(ordinals)) as splitting:
        for start in range(0, len(ordinals), BATCH):
            held = [_held(rows, ordinal) for ordinal in ordinals[start : start + BATCH]]
            yield from _split(splitting, held)


def _held(rows: Rows, ordinal: int) -> IndexedDocument:
    number, sha256 = rows.revision(ordinal)
    path, title = rows.paths[ordinal], rows.title(ordinal)
    return IndexedDocument(path, number, sha256, title, rows.body(ordinal), ())


def _split(splitting: Splitting, found: Sequence[IndexedDocument]) -> Iterator[IndexedDocument]:
    bodies = [each.body for each in found]
    for each, chunks in zip(found, splitting.chunks(bodies), strict=True):
        yield replace(each, chunks=chunks)
