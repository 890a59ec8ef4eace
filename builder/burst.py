"""What is written ahead of its build, in a small file: see `ahead.py`.

Losing it costs the writing again; collection spares the parts that it names.
"""

import json
import logging
from dataclasses import asdict, dataclass, replace
from typing import Any

from builder.difference import Revisions
from builder.wanted import layout
from retrieval.analysis import ANALYSER
from retrieval.chunking import CHUNKER
from retrieval.errors import IndexDamaged
from retrieval.files import fsync_folder, write_atomic
from retrieval.manifest import SegmentRef
from retrieval.rows import open_rows

logger = logging.getLogger("builder")

FORMAT = f"ahead, 1, {CHUNKER}, {ANALYSER}"  # segments of another scheme are of no use


@dataclass(frozen=True, slots=True)
class Burst:
    """`paths` are being written, and `removed` went with them (a folder that moved is both);
    `segments`, with vectors by `embedder` if any, are. Times are seconds of the epoch."""

    embedder: str
    paths: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    segments: tuple[SegmentRef, ...] = ()
    begun: float = 0.0
    failed: float = 0.0

    def segments_by(self, embedder: str) -> list[SegmentRef]:
        """The written segments that are whole, with vectors where they are that embedder's."""
        whole = [ref for ref in self.segments if held(ref)]
        if embedder == self.embedder:
            return whole
        return [replace(ref, vectors=None) for ref in whole]

    def revisions(self) -> Revisions:
        """What the written segments hold."""
        return {path: found for ref in self.segments for path, found in held(ref).items()}


def held(ref: SegmentRef) -> dict[str, tuple[int, str]]:
    """path → (revision, sha256), in the order of the ordinals; {} of what is damaged."""
    try:
        rows = open_rows(layout(), ref.rows)
    except IndexDamaged as error:
        logger.warning("What was written ahead is not used: %s", error)
        return {}
    return dict(zip(rows.paths, rows.revisions, strict=True))


def read() -> Burst | None:
    """Also None when it is not ours: what it names can be written again."""
    try:
        told = json.loads(layout().ahead.read_bytes())[FORMAT]
        return Burst(
            told["embedder"],
            frozenset(told["paths"]),
            frozenset(told["removed"]),
            tuple(SegmentRef(**ref | {"dead": frozenset()}) for ref in told["segments"]),
            told["begun"],
            told["failed"],
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        logger.warning("%s is no record of a burst, and is passed over: %s", layout().ahead, error)
        return None


def write(burst: Burst) -> None:
    """Its parts must be in place before."""
    told: dict[str, Any] = asdict(burst) | {
        "paths": sorted(burst.paths),
        "removed": sorted(burst.removed),
        "segments": [asdict(ref) | {"dead": []} for ref in burst.segments],
    }
    write_atomic(layout().ahead, json.dumps({FORMAT: told}, ensure_ascii=False).encode() + b"\n")


def remove() -> None:
    if layout().ahead.exists():
        layout().ahead.unlink()
        fsync_folder(layout().indices)


def parts() -> list[str]:
    """What collection must spare."""
    burst = read()
    both = [(ref.rows, ref.vectors) for ref in burst.segments] if burst else []
    return [part for pair in both for part in pair if part]
