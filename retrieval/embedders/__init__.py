"""Text to vectors: what an embedder is, and which one is meant.

A version's fingerprint names its embedder; another one's vectors are another space.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np

from retrieval.errors import EmbeddingUnavailable

DEFAULT_EMBED_URL = (
    "https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:embedContent"
)
DEFAULT_DIMENSIONS = 768


class Embedder(Protocol):
    """Vectors are float32 and of length 1. `quick`: an edit need not wait for it to be served."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def quick(self) -> bool: ...

    @property
    def batch(self) -> int:
        """How many texts are best given at once, and so are the least that can be lost."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text, in order; raises EmbeddingUnavailable."""
        ...

    def embed_query(self, text: str) -> np.ndarray:
        """One vector, or EmbeddingUnavailable within two seconds."""
        ...


@dataclass(frozen=True)
class EmbedderSettings:
    gemini_api_key: str = field(default="", repr=False)
    gemini_embed_url: str = DEFAULT_EMBED_URL
    gemini_dimensions: int = DEFAULT_DIMENSIONS

    @classmethod
    def from_environ(cls) -> "EmbedderSettings":
        read = os.environ.get
        return cls(
            gemini_api_key=read("GEMINI_API_KEY", "").strip(),
            gemini_embed_url=read("GEMINI_EMBED_URL", "").strip() or DEFAULT_EMBED_URL,
            gemini_dimensions=int(read("GEMINI_EMBED_DIMENSIONS", "") or DEFAULT_DIMENSIONS),
        )


def preferred(settings: EmbedderSettings) -> Embedder:
    """What new versions are built with: Gemini when there is a key, else the local model."""
    if not settings.gemini_api_key:
        return _local()
    from retrieval.embedders.gemini import model_of

    model = model_of(settings.gemini_embed_url)
    return _gemini(settings, model, settings.gemini_dimensions)


def named(name: str, settings: EmbedderSettings) -> Embedder:
    """The embedder of that name, to ask a version that was built with it."""
    provider, _, rest = name.partition(":")
    if provider == "gemini":
        model, _, dimensions = rest.rpartition(":")
        if not settings.gemini_api_key:
            raise EmbeddingUnavailable(
                f"This version was embedded by {name}, and GEMINI_API_KEY is not set: set it, or "
                "publish a version that the local model embeds."
            )
        if model and dimensions.isdecimal():
            return _gemini(settings, model, int(dimensions))
    local = _local()
    if name != local.name:
        raise EmbeddingUnavailable(
            f"This version was embedded by {name}, and what is installed is {local.name}: "
            "publish a new version."
        )
    return local


@lru_cache(maxsize=1)
def _local() -> Embedder:
    from retrieval.embedders.local import LocalEmbedder

    return LocalEmbedder()


@lru_cache(maxsize=8)
def _gemini(settings: EmbedderSettings, model: str, dimensions: int) -> Embedder:
    """One for each space, kept: it holds the connections."""
    from retrieval.embedders.gemini import GeminiEmbedder

    return GeminiEmbedder(
        settings.gemini_api_key, settings.gemini_embed_url, model=model, dimensions=dimensions
    )
