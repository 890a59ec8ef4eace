"""What the documents of two versions differ in, read from their indices."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.errors import RetrievalError
from routing.locks import layout

logger = logging.getLogger(__name__)

Revisions = Mapping[str, tuple[int, str]]  # path → (revision, sha256 of its text)


@dataclass(frozen=True, slots=True)
class Differences:
    """Going from one version to another: paths, sorted."""

    changed: list[str]
    added: list[str]
    removed: list[str]

    @property
    def paths(self) -> list[str]:
        return sorted([*self.changed, *self.added, *self.removed])

    def __len__(self) -> int:
        return len(self.changed) + len(self.added) + len(self.removed)


def between(start: int, end: int) -> Differences | None:
    """What changes for readers when `end` follows `start`; None when an index can't be read."""
    try:
        return compare(revisions(start), revisions(end))
    except RetrievalError:
        logger.exception("#%d and #%d can't be compared.", start, end)
        return None


def kept_from(bad: int, good: int, candidate: int) -> list[str] | None:
    """The documents in which `candidate` still is as `bad`, where `bad` and `good` differ."""
    try:
        old, new, now = revisions(good), revisions(bad), revisions(candidate)
    except RetrievalError:
        logger.exception("#%d can't be compared with #%d.", candidate, bad)
        return None
    differing = {path for path in old.keys() | new.keys() if _text(old, path) != _text(new, path)}
    return sorted(path for path in differing if _text(now, path) == _text(new, path))


def revisions(number: int) -> Revisions:
    """Every document of a version; raises RetrievalError when its index is gone or damaged."""
    from retrieval.index import Index  # here: it loads FAISS, which most callers never need

    return Index.open(layout(), number).revisions()


def compare(start: Revisions, end: Revisions) -> Differences:
    """As `between`, of indices that are open."""
    both = start.keys() & end.keys()
    return Differences(
        changed=sorted(path for path in both if _text(start, path) != _text(end, path)),
        added=sorted(end.keys() - start.keys()),
        removed=sorted(start.keys() - end.keys()),
    )


def _text(revisions: Revisions, path: str) -> str | None:
    """What readers see of a document is its text: a later revision may hold the same."""
    return revisions[path][1] if path in revisions else None
