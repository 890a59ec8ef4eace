"""The questions that were embedded: none is paid, or computed, twice by the same process."""

import threading
from collections import OrderedDict

import numpy as np

MOST = 1_000  # vectors: 12 MB of the longest


class KnownVectors:
    """By embedder and question, the least lately asked forgotten first; for any thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._vectors: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, embedder: str, question: str) -> np.ndarray | None:
        with self._lock:
            vector = self._vectors.get((embedder, question))
            if vector is not None:
                self._vectors.move_to_end((embedder, question))
            return vector

    def put(self, embedder: str, question: str, vector: np.ndarray) -> None:
        vector.setflags(write=False)  # it is handed to many
        with self._lock:
            self._vectors[embedder, question] = vector
            self._vectors.move_to_end((embedder, question))
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
