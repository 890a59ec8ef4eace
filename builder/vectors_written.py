"""Vectors parts that were written beside the builds, in a small file: the next build takes them up.

A part stands for the rows part that it belongs to and for one embedder. Collection spares what is
named here; what no build can use any more is left out the next time something is written.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace

from retrieval import manifest as manifests
from retrieval.errors import RetrievalError
from retrieval.files import write_atomic
from retrieval.layout import Layout
from retrieval.manifest import SegmentRef

logger = logging.getLogger("builder")

FORMAT = "vectors, 1"
Written = dict[str, dict[str, str]]  # embedder → rows part → vectors part


def read(layout: Layout) -> Written:
    """Also when it is not ours: what it saves can be made again."""
    try:
        told = json.loads(layout.vectors.read_bytes())
        return {name: dict(parts) for name, parts in told[FORMAT].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        logger.warning("%s is no record of vectors, and is passed over: %s", layout.vectors, error)
        return {}


def of(layout: Layout, embedder: str) -> dict[str, str]:
    """The vectors parts by that embedder that are in place, by rows part; also those of the
    versions that are kept, so that going back to an embedder costs nothing."""
    parts = read(layout).get(embedder, {}) | _in_versions(layout, embedder)
    return {rows: id for rows, id in parts.items() if layout.segment(id).is_dir()}


def _in_versions(layout: Layout, embedder: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number in layout.numbers():
        try:
            manifest = manifests.read(layout, number)
        except RetrievalError:
            continue
        if manifest.fingerprint.embedder == embedder:
            found |= {ref.rows: ref.vectors for ref in manifest.segments if ref.vectors}
    return found


def add(layout: Layout, embedder: str, rows: str, vectors: str) -> None:
    """The part must be in place before."""
    written = read(layout)
    written.setdefault(embedder, {})[rows] = vectors
    known = {name: _in_place(layout, parts) for name, parts in written.items()}
    data = json.dumps({FORMAT: known}, indent=1).encode() + b"\n"
    write_atomic(layout.vectors, data)


def parts(layout: Layout) -> set[str]:
    """What collection must spare."""
    return {id for parts in read(layout).values() for id in parts.values()}


def taken_up(
    layout: Layout, refs: Sequence[SegmentRef], made_by: str, embedder: str
) -> list[SegmentRef]:
    """The segments of a version that `made_by` embedded, with vectors by `embedder` where there
    are some; without any where there are none yet."""
    own = [ref if made_by == embedder else replace(ref, vectors=None) for ref in refs]
    if all(ref.vectors for ref in own):
        return own
    written = of(layout, embedder)
    return [ref if ref.vectors else replace(ref, vectors=written.get(ref.rows)) for ref in own]


def _in_place(layout: Layout, parts: dict[str, str]) -> dict[str, str]:
    both = ((rows, id) for rows, id in parts.items() if layout.segment(rows).is_dir())
    return {rows: id for rows, id in both if layout.segment(id).is_dir()}
