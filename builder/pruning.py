"""Keeps the embedding cache bounded: beyond a multiple of what the kept versions need, the oldest
that none of them needs is forgotten.
"""

import logging
from collections.abc import Iterator
from contextlib import closing

from builder.wanted import layout
from retrieval import manifest as manifests
from retrieval.chunking import split
from retrieval.embeddings import EmbeddingCache, Key, key
from retrieval.errors import RetrievalError
from retrieval.files import Locked, locked
from retrieval.manifest import Manifest
from retrieval.segments import open_rows

logger = logging.getLogger("builder")

FLOOR = 50_000  # embeddings: up to here (100 MB of the local model's) nothing is forgotten
SPARE = 3  # times what the kept versions' segments hold
AT_ONCE = 2_000  # embeddings forgotten under one hold of the build lock: tens of milliseconds


def prune() -> None:
    """Does nothing almost always; what is needed is found without the build lock.

    It takes all texts being split again. Without every manifest and segment nothing is forgotten.
    """
    if not layout().embeddings.exists():
        return
    with closing(EmbeddingCache(layout().embeddings)) as cache:
        try:
            if cache.count() > _bound():
                _prune(cache)
        except RetrievalError as error:
            logger.warning("The embedding cache is not pruned: %s", error)


def _bound() -> int:
    parts = {ref.rows: ref.chunks for version in _manifests() for ref in version.segments}
    return max(FLOOR, SPARE * sum(parts.values()))


def _prune(cache: EmbeddingCache) -> None:
    needed = _Needed()
    needed.look()
    before = cache.count()
    try:
        while cache.count() > max(FLOOR, 2 * len(needed.keys)):
            with locked(layout().build_lock, timeout=0):
                needed.look()  # a version may have been built meanwhile, out of the cache
                if not cache.forget_oldest(AT_ONCE, needed.keys):
                    break
    except Locked:
        pass
    logger.info("The embedding cache forgot %d embeddings that no kept version needs.",
                before - cache.count())  # fmt: skip


class _Needed:
    """What the live documents of the kept versions were embedded by."""

    def __init__(self) -> None:
        self.keys: set[Key] = set()
        self._looked_at: set[tuple[str, str, int]] = set()  # embedder, rows, document

    def look(self) -> None:
        """Split what is live and was not looked at before."""
        for version in _manifests():
            for ref in version.segments:
                for ordinal in set(range(ref.documents)) - ref.dead:
                    self._add(version.fingerprint.embedder, ref.rows, ordinal)

    def _add(self, embedder: str, rows: str, ordinal: int) -> None:
        document = (embedder, rows, ordinal)
        if document not in self._looked_at:
            body = open_rows(layout(), rows).body(ordinal)
            self.keys |= {key(embedder, chunk.embedded_text) for chunk in split(body)}
            self._looked_at.add(document)


def _manifests() -> Iterator[Manifest]:
    for number in layout().numbers():
        yield manifests.read(layout(), number)
