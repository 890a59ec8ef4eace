"""Builds one version: the base's segments, less what changed, and one new segment with the rest.

The parts of the segment come first and the manifest last, so a build that dies leaves no version.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from builder import compacted, documents, embedding, merging
from builder.difference import Difference
from builder.progress import Progress
from builder.wanted import Wanted, layout
from retrieval import failpoints, versions
from retrieval import manifest as manifests
from retrieval.embeddings import Embedded
from retrieval.index import Index
from retrieval.manifest import Manifest, SegmentRef
from retrieval.segments import (
    IndexedDocument,
    embedded_texts,
    reference,
    write_rows,
    write_vectors,
)
from retrieval.view import Segment, open_segments


@dataclass(frozen=True, slots=True)
class Built:
    manifest: Manifest
    computed: int  # embeddings that were not in the cache
    embedding_seconds: float


def build(number: int, wanted: Wanted, base: Index | None, progress: Progress) -> Built:
    """Write the version of what is wanted; `base` has the same fingerprint, or is None.

    Raises RetrievalError (no embedding, a damaged base) and OSError; then there is no version.
    """
    progress.enter("collect")
    before = base.revisions() if base else {}
    difference = Difference.between(before, wanted.snapshot.revisions)
    kept, merged = _apart(base, difference)
    taken = _split(wanted, difference, merged, progress)
    texts = embedded_texts(taken)
    progress.enter("embed", len(texts))
    embedded = embedding.embed(texts, wanted.embedder, progress.step)
    progress.enter("write")
    manifest = versions.compose(
        layout(),
        [*kept, *_segment(taken, embedded)],
        number=number,
        digest=wanted.digest,
        fingerprint=wanted.fingerprint,
        parent=base.manifest.number if base else None,
    )
    manifests.write(layout(), manifest)
    return Built(manifest, embedded.computed, embedded.seconds)


def _apart(base: Index | None, difference: Difference) -> tuple[list[SegmentRef], list[Segment]]:
    """What stays of the base as it is, and the small segments that go into the new one."""
    if base is None:
        return [], []
    refs = compacted.taken_up(layout(), versions.without(base, difference.paths))
    segments = open_segments(layout(), refs)
    taken = set(merging.to_merge([segment.live.chunks for segment in segments]))
    kept = [segment.ref for place, segment in enumerate(segments) if place not in taken]
    return kept, [segments[place] for place in taken]


def _split(
    wanted: Wanted, difference: Difference, merged: Sequence[Segment], progress: Progress
) -> list[IndexedDocument]:
    written = difference.written
    progress.enter("split", len(written))
    changed = documents.from_snapshot(wanted.snapshot, written, progress.step)
    return [*changed, *documents.from_segments(merged)]


def _segment(taken: Sequence[IndexedDocument], embedded: Embedded) -> list[SegmentRef]:
    """The new segment; none when the build only takes documents away."""
    if not taken:
        return []
    rows = write_rows(layout(), taken)
    failpoints.reach("rows.written")
    vectors = write_vectors(layout(), rows, embedded.vectors) if len(embedded.vectors) else None
    return [reference(layout(), rows, vectors)]
