"""The next version from the one before: what changed in its list of segments, and its counts."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from retrieval.index import Index
from retrieval.layout import Layout
from retrieval.manifest import Fingerprint, Manifest, SegmentRef
from retrieval.rows import open_rows
from retrieval.view import View, open_segments


def extend(
    layout: Layout,
    base: Index | None,
    *,
    number: int,
    digest: str,
    fingerprint: Fingerprint,
    removed: Collection[str] = (),
    segment: SegmentRef | None = None,
) -> Manifest:
    """The manifest of `base` without `removed`, and with the documents of `segment` in their stead.

    A document that is in both is a changed one: the earlier becomes dead. Nothing is written;
    `manifest.write` makes the version of it. ValueError when `base` has another fingerprint.
    """
    if base is not None and base.manifest.fingerprint != fingerprint:
        raise ValueError(
            f"Version #{base.manifest.number} was made by {base.manifest.fingerprint}: "
            f"it can't be extended by {fingerprint}. Build from nothing."
        )
    added = open_rows(layout, segment.rows).paths if segment else []
    kept = without(base, {*removed, *added}) if base else []
    refs = [*kept, *([segment] if segment else [])]
    parent = base.manifest.number if base else None
    return compose(
        layout, refs, number=number, digest=digest, fingerprint=fingerprint, parent=parent
    )


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
