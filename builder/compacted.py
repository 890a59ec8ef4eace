"""What compaction made, in a small file: the next build takes it up in place of what it replaces.

It stands until a version without the replaced segments is what builds start from; only compaction
itself removes it, and collection spares its parts as long.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from retrieval.errors import IndexDamaged
from retrieval.files import fsync_folder, write_atomic
from retrieval.layout import Layout
from retrieval.manifest import SegmentRef
from retrieval.view import Segment, open_segments

logger = logging.getLogger("builder")

FORMAT = 1
Parts = tuple[str, str | None]  # a segment's rows and vectors


@dataclass(frozen=True, slots=True)
class Compacted:
    """`written` holds all that was live in the segments that it replaces."""

    replaced: frozenset[Parts]
    written: SegmentRef


def read(layout: Layout) -> Compacted | None:
    """The record; None without one, also when it is not ours: what it saves can be made again."""
    try:
        return _parse(json.loads(layout.compaction.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        logger.warning("%s is no record of a compaction, and is passed over: %s",
                       layout.compaction, error)  # fmt: skip
        return None


def _parse(fields: dict[str, Any]) -> Compacted:
    if fields["format"] != FORMAT:
        raise ValueError(f"format {fields['format']}")
    replaced = frozenset((rows, vectors) for rows, vectors in fields["replaced"])
    return Compacted(replaced, SegmentRef(**fields["written"] | {"dead": frozenset()}))


def write(layout: Layout, compacted: Compacted) -> None:
    """Its parts must be in place before."""
    written = asdict(compacted.written) | {"dead": []}
    fields = {
        "format": FORMAT,
        "replaced": sorted(compacted.replaced, key=str),
        "written": written,
    }
    write_atomic(layout.compaction, json.dumps(fields, indent=1).encode() + b"\n")


def remove(layout: Layout) -> None:
    if layout.compaction.exists():
        layout.compaction.unlink()
        fsync_folder(layout.indices)


def parts(layout: Layout) -> list[str]:
    """What collection must spare while the record stands."""
    record = read(layout)
    ids = (record.written.rows, record.written.vectors) if record else ()
    return [id for id in ids if id]


def named(ref: SegmentRef) -> Parts:
    return ref.rows, ref.vectors


def taken_up(layout: Layout, refs: Sequence[SegmentRef]) -> list[SegmentRef]:
    """These segments of a base, with what compaction made of some of them in their stead.

    What was changed or deleted in the base since is dead in it. When it can't stand for what it
    replaces, it is left alone, and the segments are as they were.
    """
    record = read(layout)
    if record is None or not record.replaced <= {named(ref) for ref in refs}:
        return list(refs)
    replaced = [ref for ref in refs if named(ref) in record.replaced]
    try:
        written = _less_what_went(layout, replaced, record.written)
    except IndexDamaged as error:
        logger.warning("What compaction wrote is not used: %s", error)
        return list(refs)
    if written is None:
        return list(refs)
    kept = [ref for ref in refs if named(ref) not in record.replaced]
    return [*([written] if len(written.dead) < written.documents else []), *kept]


def _less_what_went(
    layout: Layout, replaced: Sequence[SegmentRef], written: SegmentRef
) -> SegmentRef | None:
    """The written segment with what is no longer live dead; None when it lacks what is live.

    It can lack something when builds went back to an earlier base: one that was refused later.
    """
    [segment] = open_segments(layout, [written])
    held = _documents(segment)
    live = [_documents(one) for one in open_segments(layout, replaced)]
    wanted = {path: document for some in live for path, document in some.items()}
    if any(held.get(path, (0, ""))[1:] != document[1:] for path, document in wanted.items()):
        return None
    dead = frozenset(document[0] for path, document in held.items() if path not in wanted)
    return replace(written, dead=dead)


def _documents(segment: Segment) -> dict[str, tuple[int, int, str]]:
    """path -> (ordinal, revision, sha256) of what is live."""
    return {
        path: (ordinal, *segment.rows.revisions[ordinal])
        for ordinal, path in enumerate(segment.rows.paths)
        if ordinal not in segment.ref.dead
    }
