"""Embeddings that are paid for once: a cache that outlives versions, and embedding through it.

Keyed by embedder and text alone, so that a chunk that returns, or a build that was killed half-way,
costs nothing again.
"""

import hashlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from retrieval.embedders import Embedder

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

Key = tuple[str, bytes]  # the embedder's name, and the sum of the text

LOOKED_UP_AT_ONCE = 500
BUSY_SECONDS = 30.0
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_TABLE = """
CREATE TABLE IF NOT EXISTS embeddings (
    name TEXT NOT NULL, digest BLOB NOT NULL, vector BLOB NOT NULL, UNIQUE (name, digest)
)"""


class EmbeddingCache:
    """Vectors by (embedder's name, sha256 of the text), bit for bit; for any threads and processes.

    A damaged file is set aside and begun anew: all that it held can be computed again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = self._opened()

    def get(self, name: str, texts: Iterable[str]) -> dict[str, np.ndarray]:
        """The vectors that are known, by text."""
        texts_by_digest = {_digest(text): text for text in texts}
        found = self._unless_damaged(lambda: self._rows(name, list(texts_by_digest)))
        return {
            texts_by_digest[digest]: np.frombuffer(vector, dtype="<f4")
            for digest, vector in found
            if vector and len(vector) % 4 == 0
        }

    def put(self, name: str, texts: Sequence[str], vectors: np.ndarray) -> None:
        rows = [
            (name, _digest(text), np.asarray(vector, dtype="<f4").tobytes())
            for text, vector in zip(texts, vectors, strict=True)
        ]
        self._unless_damaged(lambda: self._write(rows))

    def missing(self, name: str, texts: Iterable[str]) -> list[str]:
        """Those of the distinct texts that are not known, in their order."""
        by_digest = {_digest(text): text for text in texts}
        found = self._unless_damaged(lambda: self._rows(name, list(by_digest), "length(vector)"))
        known = {digest for digest, _ in found}
        return [text for digest, text in by_digest.items() if digest not in known]

    def count(self) -> int:
        """How many embeddings it holds."""
        found = self._unless_damaged(
            lambda: self._database.execute("SELECT count(*) FROM embeddings").fetchone()
        )
        return int(found[0])

    def forget_oldest(self, count: int, needed: Collection[Key]) -> int:
        """Forget the `count` oldest that are not needed; how many there were of these.

        Their room in the file is used again; the file does not shrink.
        """
        return self._unless_damaged(lambda: self._forget(count, needed))

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(
        self, name: str, digests: list[bytes], column: str = "vector"
    ) -> list[tuple[bytes, Any]]:
        found: list[tuple[bytes, Any]] = []
        for some in _batches(digests, LOOKED_UP_AT_ONCE):
            marks = ",".join("?" * len(some))
            query = (
                f"SELECT digest, {column} FROM embeddings WHERE name = ? AND digest IN ({marks})"  # noqa: S608
            )
            found += self._database.execute(query, (name, *some)).fetchall()
        return found

    def _write(self, rows: list[tuple[str, bytes, bytes]]) -> None:
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)

    def _forget(self, count: int, needed: Collection[Key]) -> int:
        keys = self._database.execute("SELECT rowid, name, digest FROM embeddings ORDER BY rowid")
        with closing(keys):
            unneeded = ((row,) for row, name, digest in keys if (name, digest) not in needed)
            oldest = list(islice(unneeded, count))
        with self._database:
            self._database.executemany("DELETE FROM embeddings WHERE rowid = ?", oldest)
        return len(oldest)

    def _unless_damaged(self, act: Callable[[], Result]) -> Result:
        with self._lock:
            try:
                return act()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._database.close()
                self._set_aside(error)
                self._database = self._opened()
                return act()

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._set_aside(error)
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=BUSY_SECONDS, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
            database.execute(_TABLE)
        except BaseException:
            database.close()
            raise
        return database

    def _set_aside(self, error: Exception) -> None:
        damaged = self._path.with_name(f"{self._path.name}.damaged")
        logger.error("The embedding cache %s is damaged (%s): it is set aside as %s and begun anew",
                     self._path, error, damaged.name)  # fmt: skip
        self._path.replace(damaged)
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


@dataclass(frozen=True)
class Embedded:
    """A row a text, in order; how many texts were not in the cache, and the seconds they took."""

    vectors: np.ndarray
    computed: int
    seconds: float


def embed(
    texts: Sequence[str],
    embedder: Embedder,
    cache: EmbeddingCache,
    progress: Callable[[int, int], None] | None = None,
) -> Embedded:
    """Each text's vector, from the cache where it is there; the others are put there as they come.

    `progress` is told how many of the distinct texts are done, and how many there are. Raises
    EmbeddingUnavailable; what was embedded before it is kept.
    """
    known = cache.get(embedder.name, texts)
    distinct = list(dict.fromkeys(texts))
    missing = [text for text in distinct if text not in known]
    tell = progress or _nobody
    tell(len(distinct) - len(missing), len(distinct))
    seconds = 0.0
    for some in _batches(missing, embedder.batch):
        started = time.perf_counter()
        vectors = embedder.embed_documents(some)
        seconds += time.perf_counter() - started
        cache.put(embedder.name, some, vectors)
        known.update(zip(some, vectors, strict=True))
        tell(len(known), len(distinct))
    return Embedded(_rows(texts, known, embedder.dimensions), len(missing), seconds)


def _rows(texts: Sequence[str], known: dict[str, np.ndarray], dimensions: int) -> np.ndarray:
    rows = np.empty((len(texts), dimensions), dtype=np.float32)
    for row, text in enumerate(texts):
        rows[row] = known[text]
    return rows


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _nobody(done: int, total: int) -> None:
    """Whom to tell when nobody asked."""


def key(name: str, text: str) -> Key:
    return name, _digest(text)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE
