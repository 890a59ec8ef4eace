"""What a version takes on disk; most of it is what the version before it has, too."""

from dataclasses import dataclass
from functools import lru_cache

from retrieval import manifest, parts
from retrieval.errors import RetrievalError
from retrieval.layout import Layout
from routing.locks import layout
from routing.models import DeploymentVersion


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of a version's parts; `own` are those that its parent does not have."""

    total: int
    own: int


def of(version: DeploymentVersion) -> Size | None:
    """None when the index of the version is not there, or can't be read."""
    if version.built_at is None or version.collected_at is not None:
        return None
    try:
        held = _parts(layout(), version.number)
        total = sum(_bytes(layout(), part) for part in held)
        own = sum(_bytes(layout(), part) for part in held - _parent_parts(version.parent))
    except RetrievalError:
        return None
    return Size(total, own)


def _parent_parts(parent: int | None) -> frozenset[str]:
    try:
        return _parts(layout(), parent) if parent is not None else frozenset()
    except RetrievalError:  # collected: what the two shared is this version's now
        return frozenset()


@lru_cache(maxsize=256)
def _parts(layout: Layout, number: int) -> frozenset[str]:
    return frozenset(manifest.read(layout, number).parts)


@lru_cache(maxsize=4096)
def _bytes(layout: Layout, part: str) -> int:
    return sum(file["size"] for file in parts.read_meta(layout, part).files.values())
