"""The next version from the one before: what changed in its list of segments, and its counts."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from retrieval.index import Index
from retrieval.layout import Layout
from retrieval.manifest import Fingerprint, Manifest, SegmentRef
from retrieval.view import View, open_segments


def without(base: Index, paths: Collection[str]) -> list[SegmentRef]:
    """The segments of a version with these documents dead; one with nothing live is left out."""
    dead = [set(segment.ref.dead) for segment in base.view.segments]
    for path in paths:
        if found := base.location(path):
            position, ordinal = found
            dead[position].add(ordinal)
    refs = [segment.ref for segment in base.view.segments]
    marked = [replace(ref, dead=frozenset(gone)) for ref, gone in zip(refs, dead, strict=True)]
    return [ref for ref in marked if len(ref.dead) < ref.documents]


def compose(
    layout: Layout,
    segments: Sequence[SegmentRef],
    *,
    number: int,
    digest: str,
    fingerprint: Fingerprint,
    parent: int | None,
) -> Manifest:
    """The manifest of these segments, counted from the segments themselves."""
    view = View(open_segments(layout, segments))
    return Manifest(
        number=number,
        digest=digest,
        fingerprint=fingerprint,
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        parent=parent,
        documents=view.documents,
        chunks=view.chunks,
        embedded=view.embedded,
        tokens=view.tokens,
        segments=tuple(segments),
    )
