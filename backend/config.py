"""What a backend is told by its environment: read once, and refused when it makes no sense."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.providers.gemini import CHAT_SUFFIX, Gemini
from backend.providers.openai import OpenAI
from retrieval.embedders import EmbedderSettings
from retrieval.layout import SLOTS, Layout

DEFAULT_CHAT_URL = (
    "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.5-flash-lite:generateContent"
)
OFF = ("0", "false", "no", "off")


class ConfigError(ValueError):
    """A variable of the environment makes no sense; the message says which, and what would."""


@dataclass(frozen=True, slots=True)
class Config:
    index_path: Path
    data_dir: Path
    log_questions: bool
    embedders: EmbedderSettings
    gemini: Gemini | None
    openai: OpenAI | None
    log_level: str

    @property
    def slot(self) -> str:
        return self.index_path.name

    @property
    def layout(self) -> Layout:
        return Layout(self.index_path.parent)

    @property
    def questions_dir(self) -> Path:
        return self.data_dir / "questions"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        return cls(
            index_path=_index_path(environ.get("INDEX_PATH", "").strip()),
            data_dir=Path(environ.get("DATA_DIR", "").strip() or "data").absolute(),
            log_questions=environ.get("QUESTION_LOG", "1").strip().lower() not in OFF,
            embedders=EmbedderSettings.from_environ(),
            gemini=_gemini(environ),
            openai=_openai(environ),
            log_level=environ.get("LOG_LEVEL", "").strip().upper() or "INFO",
        )


def _index_path(text: str) -> Path:
    path = Path(text).absolute()
    if not text or path.name not in SLOTS:
        raise ConfigError(
            f"INDEX_PATH={text!r} names no slot: it is the indices folder and "
            f"{' or '.join(SLOTS)}, such as data/indices/{SLOTS[0]}."
        )
    return path


def _gemini(environ: Mapping[str, str]) -> Gemini | None:
    key = environ.get("GEMINI_API_KEY", "").strip()
    if not key:
        return None
    address = environ.get("GEMINI_CHAT_URL", "").strip() or DEFAULT_CHAT_URL
    if not address.partition("?")[0].endswith(CHAT_SUFFIX):
        raise ConfigError(f"GEMINI_CHAT_URL={address!r} does not end in {CHAT_SUFFIX}.")
    return Gemini(address=address, key=key, timeout=_seconds(environ, "GEMINI_TIMEOUT"))


def _openai(environ: Mapping[str, str]) -> OpenAI | None:
    """Only with a model to chat with: a server may be there for embeddings alone."""
    base, model = (environ.get(f"OPENAI_{name}", "").strip() for name in ("BASE_URL", "CHAT_MODEL"))
    if not base or not model:
        return None
    if not base.startswith(("http://", "https://")):
        raise ConfigError(f"OPENAI_BASE_URL={base!r} is not a URL such as http://host:11434/v1.")
    key = environ.get("OPENAI_API_KEY", "").strip()
    return OpenAI(base=base, model=model, key=key, timeout=_seconds(environ, "OPENAI_TIMEOUT"))


def _seconds(environ: Mapping[str, str], name: str) -> float:
    text = environ.get(name, "")
    try:
        seconds = float(text.strip() or 30)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 600:
        raise ConfigError(f"{name}={text!r} is not a number of seconds up to 600.")
    return seconds
