"""Builds one version: the base's segments, less what changed, and the rest in new ones.

The parts of the segment come first and the manifest last, so a build that dies leaves no version.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builder import ahead, compacted, documents, embedding, merging, pieces, vectors_written
from builder.difference import Difference
from builder.progress import Progress
from builder.wanted import Wanted, layout
from retrieval import manifest as manifests
from retrieval import versions
from retrieval.errors import EmbeddingUnavailable
from retrieval.index import Index
from retrieval.manifest import Manifest
from retrieval.segments import IndexedDocument
from retrieval.view import Segment, open_segments


@dataclass(frozen=True, slots=True)
class Built:
    manifest: Manifest
    pending: int  # chunks whose vectors follow in later versions
    computed: int  # embeddings that were not in the cache
    embedding_seconds: float


def build(number: int, wanted: Wanted, base: Index | None, progress: Progress) -> Built:
    """Write the version of what is wanted; `base` has the same chunker and analyser, or is None.

    Raises RetrievalError (not all is embedded that must be, a damaged base) and OSError; then there
    is no version.
    """
    progress.enter("collect")
    before = base.revisions() if base else {}
    difference = Difference.between(before, wanted.snapshot.revisions)
    kept, merged = _apart(base, difference, wanted.embedder.name)
    written_ahead = open_segments(layout(), ahead.taken_up(wanted, before))
    kept += written_ahead
    taken = _split(wanted, _left(difference.written, written_ahead), merged, progress)
    texts = [chunk.embedded_text for document in taken for chunk in document.chunks]
    progress.enter("embed", len(texts))
    found = embedding.at_once(texts, wanted.embedder, progress.step)
    pending = sum(segment.live.chunks for segment in kept if not segment.vectors)
    pending += pieces.pending(taken, found.vectors)
    if pending and wanted.beside:
        raise EmbeddingUnavailable(
            f"{pending} chunks are not embedded by {wanted.embedder.name} yet: what is served "
            "stays, with its own embedder."
        )
    progress.enter("write")
    manifest = versions.compose(
        layout(),
        [*(segment.ref for segment in kept), *pieces.write(taken, found.vectors)],
        number=number,
        digest=wanted.digest,
        fingerprint=wanted.fingerprint,
        parent=base.manifest.number if base else None,
    )
    manifests.write(layout(), manifest)
    return Built(manifest, pending, found.computed, found.seconds)


def _apart(
    base: Index | None, difference: Difference, embedder: str
) -> tuple[list[Segment], list[Segment]]:
    """What stays of the base as it is, and the small segments that go into the new one: those
    that are due to be merged, and those without vectors, which are perhaps to be had by now."""
    if base is None:
        return [], []
    refs = compacted.taken_up(layout(), versions.without(base, difference.paths))
    made_by = base.manifest.fingerprint.embedder
    segments = open_segments(layout(), vectors_written.taken_up(layout(), refs, made_by, embedder))
    taken = set(merging.to_merge([segment.live.chunks for segment in segments]))
    taken |= {place for place, segment in enumerate(segments) if _is_small_and_lacks(segment)}
    kept = [segment for place, segment in enumerate(segments) if place not in taken]
    return kept, [segments[place] for place in sorted(taken)]


def _is_small_and_lacks(segment: Segment) -> bool:
    return not segment.vectors and 0 < segment.live.chunks <= merging.SMALL


def _left(written: Sequence[str], ahead_of_it: Sequence[Segment]) -> list[str]:
    """What was not written ahead of this build."""
    there = {path for segment in ahead_of_it for path in _live(segment)}
    return [path for path in written if path not in there]


def _live(segment: Segment) -> Iterator[str]:
    dead = segment.ref.dead
    return (path for ordinal, path in enumerate(segment.rows.paths) if ordinal not in dead)


def _split(
    wanted: Wanted, written: Sequence[str], merged: Sequence[Segment], progress: Progress
) -> list[IndexedDocument]:
    progress.enter("split", len(written))
    changed = documents.from_snapshot(wanted.snapshot, written, progress.step)
    return [*changed, *documents.from_segments(merged)]
