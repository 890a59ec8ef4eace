"""What makes a version: the list of its segments, with their dead documents and its counts.

The manifest is written last, so that a folder with one is a whole version, and never changed.
"""

import base64
import binascii
import dataclasses
import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import zstandard

from retrieval import failpoints
from retrieval.errors import IndexDamaged, VersionCollected
from retrieval.files import fsync_folder, write_atomic
from retrieval.layout import Layout

FORMAT = 1
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, struct.error, zstandard.ZstdError)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What made the rows and the vectors: versions compare, and return, within one of these."""

    embedder: str
    chunker: str
    analyser: str

    def as_dict(self) -> dict[str, str]:
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """One segment as a version uses it; `dead` are the ordinals of documents that do not count.

    `documents` and `chunks` are what the segment holds, the dead included.
    """

    rows: str
    vectors: str | None
    documents: int
    chunks: int
    dead: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A version. `documents`, `chunks`, `embedded` and `tokens` count what is live."""

    number: int
    digest: str
    fingerprint: Fingerprint
    created_at: str
    parent: int | None
    documents: int
    chunks: int
    embedded: int
    tokens: int
    segments: tuple[SegmentRef, ...]

    @property
    def parts(self) -> set[str]:
        """The ids of all parts of its segments."""
        pairs = [(segment.rows, segment.vectors) for segment in self.segments]
        return {part for pair in pairs for part in pair if part is not None}

    @property
    def coverage(self) -> float:
        """The share of live chunks that have a vector."""
        return self.embedded / self.chunks if self.chunks else 1.0


def write(layout: Layout, manifest: Manifest) -> None:
    """Complete a version. Its segments must be in place before, or a reader finds it damaged."""
    folder = layout.version(manifest.number)
    folder.mkdir(parents=True, exist_ok=True)
    fsync_folder(folder.parent)
    fields = _to_json(manifest)
    fields["sha256"] = _sum(fields)
    failpoints.reach("manifest.before")
    write_atomic(
        layout.manifest(manifest.number), json.dumps(fields, indent=1).encode() + b"\n", mode=0o444
    )
    failpoints.reach("manifest.after")


def read(layout: Layout, number: int) -> Manifest:
    """The manifest of a version; VersionCollected when it is gone, IndexDamaged when unreadable."""
    path = layout.manifest(number)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise VersionCollected(f"Version #{number} is not kept (no {path}).") from None
    try:
        return _parse(data, number)
    except MALFORMED as error:
        raise IndexDamaged(f"{path} is not the manifest that was written: {error}.") from error


def _parse(data: bytes, number: int) -> Manifest:
    fields = json.loads(data)
    if fields.pop("sha256") != _sum(fields):
        raise ValueError("its sum differs")
    if (fields["format"], fields["number"]) != (FORMAT, number):
        raise ValueError(f"it is of version {fields['number']}, format {fields['format']}")
    return _from_json(fields)


def _sum(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _to_json(manifest: Manifest) -> dict[str, Any]:
    segments = [_shallow(segment) | {"dead": _pack(segment.dead)} for segment in manifest.segments]
    fingerprint = manifest.fingerprint.as_dict()
    return {
        "format": FORMAT,
        **_shallow(manifest),
        "fingerprint": fingerprint,
        "segments": segments,
    }


def _shallow(record: SegmentRef | Manifest) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def _from_json(fields: dict[str, Any]) -> Manifest:
    segments = tuple(
        SegmentRef(**segment | {"dead": _unpack(segment["dead"])}) for segment in fields["segments"]
    )
    named = {name: value for name, value in fields.items() if name != "format"}
    named |= {"segments": segments, "fingerprint": Fingerprint(**fields["fingerprint"])}
    return Manifest(**named)


def _pack(ordinals: frozenset[int]) -> str:
    """Gaps between the sorted ordinals, compressed: thousands of them take little."""
    ordered = sorted(ordinals)
    gaps = [after - before for before, after in pairwise([0, *ordered])]
    packed = zstandard.compress(struct.pack(f"<{len(gaps)}I", *gaps)) if gaps else b""
    return base64.b64encode(packed).decode()


def _unpack(text: str) -> frozenset[int]:
    try:
        packed = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"dead rows: {error}") from error
    data = zstandard.decompress(packed) if packed else b""
    return frozenset(accumulate(struct.unpack(f"<{len(data) // 4}I", data)))
