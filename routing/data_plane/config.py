"""What the router is told at its start; the web process builds it from the settings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RouterConfig:
    data_dir: Path
    backend_urls: Mapping[str, str]
    """Slot to base URL, such as {"v1": "http://127.0.0.1:8101"}."""
    rate_limit_ask: str = "0"
    """For each client, such as "6000/minute"; "0" for none."""
    rate_limit_search: str = "0"
    control_token: str = ""
    """Whoever bears it is not limited, and may say that a question is a drill's."""
    admits: Callable[[Iterable[tuple[bytes, bytes]]], bool] | None = None
    """Whether a public call with these headers may pass, without a database; None: all may."""
    feedback_dir: Path | None = None
    """Where /api/feedback is appended; None: it is not kept."""
    budget_seconds: float = 10.0
    """How long the active backend is waited for before the fallback answers."""
    connect_seconds: float = 1.0
    answer_seconds: float = 60.0
    """The longest that an answer which is not a stream may take."""
    silence_seconds: float = 120.0
    """The longest pause within a stream."""
    health_seconds: float = 1.0
    max_body_bytes: int = 256 * 1024
