"""Text to vectors: what an embedder is, and which one is meant.

A version's fingerprint names its embedder; another one's vectors are another space.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from retrieval.embedders.pace import Pace, Quota
from retrieval.errors import EmbeddingUnavailable
from retrieval.messages import worded

DEFAULT_EMBED_URL = (
    "https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:embedContent"
)
DEFAULT_DIMENSIONS = 768
LOCAL = "local"
PROVIDERS = (LOCAL, "gemini", "openai")


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
    openai_base_url: str = ""
    openai_api_key: str = field(default="", repr=False)
    openai_model: str = ""
    openai_dimensions: int = 0
    pace_file: Path | None = None  # of who embeds documents; None: nobody else does at this moment
    quota: Quota = field(default_factory=Quota)

    @classmethod
    def from_environ(cls) -> "EmbedderSettings":
        read = os.environ.get
        return cls(
            gemini_api_key=read("GEMINI_API_KEY", "").strip(),
            gemini_embed_url=read("GEMINI_EMBED_URL", "").strip() or DEFAULT_EMBED_URL,
            gemini_dimensions=_whole_number("GEMINI_EMBED_DIMENSIONS", DEFAULT_DIMENSIONS),
            openai_base_url=read("OPENAI_BASE_URL", "").strip(),
            openai_api_key=read("OPENAI_API_KEY", "").strip(),
            openai_model=read("OPENAI_EMBED_MODEL", "").strip(),
            openai_dimensions=_whole_number("OPENAI_EMBED_DIMENSIONS", 0),
        )


def _whole_number(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip()
    try:
        return int(text or default)
    except ValueError as error:
        raise ValueError(f"{name}={text!r} is not a whole number.") from error


def preferred(settings: EmbedderSettings) -> Embedder:
    """What new versions are built with: Gemini when there is a key, else an OpenAI-compatible
    server when a model of it is named, else the local model."""
    if settings.gemini_api_key:
        from retrieval.embedders.gemini import model_of

        return _gemini(settings, model_of(settings.gemini_embed_url), settings.gemini_dimensions)
    if settings.openai_base_url and settings.openai_model:
        return _openai(settings, settings.openai_model, settings.openai_dimensions)
    return _local()


def provider_of(name: str) -> str:
    """The closed label for an embedder's name, such as `gemini:gemini-embedding-001:768`."""
    provider = name.partition(":")[0]
    return provider if provider in PROVIDERS else PROVIDERS[0]


def named(name: str, settings: EmbedderSettings) -> Embedder:
    """The embedder of that name, to ask a version that was built with it."""
    provider, _, rest = name.partition(":")
    if provider in _REMOTE:
        model, _, dimensions = rest.rpartition(":")
        variable, is_set = _REMOTE[provider]
        if not is_set(settings):
            raise EmbeddingUnavailable(
                worded(
                    "This version was embedded by %(name)s, and %(variable)s is not set: set it, "
                    "or publish a version that the local model embeds.",
                    name=name,
                    variable=variable,
                )
            )
        if model and dimensions.isdecimal():
            made = _gemini if provider == "gemini" else _openai
            return made(settings, model, int(dimensions))
    local = _local()
    if name != local.name:
        raise EmbeddingUnavailable(
            worded(
                "This version was embedded by %(name)s, and what is installed is %(local)s: "
                "publish a new version.",
                name=name,
                local=local.name,
            )
        )
    return local


_REMOTE: dict[str, tuple[str, Callable[[EmbedderSettings], object]]] = {
    "gemini": ("GEMINI_API_KEY", lambda settings: settings.gemini_api_key),
    "openai": ("OPENAI_BASE_URL", lambda settings: settings.openai_base_url),
}


@lru_cache(maxsize=1)
def _local() -> Embedder:
    from retrieval.embedders.local import LocalEmbedder

    return LocalEmbedder()


@lru_cache(maxsize=8)
def _gemini(settings: EmbedderSettings, model: str, dimensions: int) -> Embedder:
    """One for each space, kept: it holds the connections."""
    from retrieval.embedders.gemini import GeminiEmbedder

    return GeminiEmbedder(
        settings.gemini_api_key, settings.gemini_embed_url, model=model, dimensions=dimensions,
        pace=_pace(settings),
    )  # fmt: skip


@lru_cache(maxsize=8)
def _openai(settings: EmbedderSettings, model: str, dimensions: int) -> Embedder:
    from retrieval.embedders.openai import OpenAIEmbedder

    return OpenAIEmbedder(
        settings.openai_api_key, settings.openai_base_url, model=model, dimensions=dimensions,
        pace=_pace(settings),
    )  # fmt: skip


def _pace(settings: EmbedderSettings) -> Pace | None:
    return Pace(settings.pace_file, settings.quota) if settings.pace_file else None
