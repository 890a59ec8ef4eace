"""What is known of the embedders: how fast each was, what trouble it has, what it has left to do.

In a small file, since builds, the work beside them and the pages that show it are in different
processes. Losing it costs an estimate and one attempt.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from retrieval.embedders import Embedder
from retrieval.errors import EmbeddingUnavailable
from retrieval.files import write_atomic

GUESSED = {True: 60.0, False: 50.0}  # texts a second, of a quick embedder and of a provider
MEASURED = 8  # texts: fewer say little of the speed
FIRST, LONGEST = 5.0, 300.0  # seconds to the next attempt after a failure


@dataclass(frozen=True, slots=True)
class Trouble:
    """An embedder that fails, since when and what it said last; times are seconds of the epoch."""

    embedder: str
    error: str
    since: float
    failures: int
    next_try: float

    @property
    def is_due(self) -> bool:
        return time.time() >= self.next_try


@dataclass(frozen=True, slots=True)
class Progress:
    """How many chunks the embedder has done beside the builds, of how many that lacked it."""

    embedder: str
    done: int
    total: int


@dataclass(slots=True)
class State:
    speeds: dict[str, float] = field(default_factory=dict)
    trouble: Trouble | None = None
    progress: Progress | None = None


_writing = threading.Lock()


def path() -> Path:
    return settings.RUN_DIR / "embedding.json"


def read() -> State:
    try:
        told = json.loads(path().read_bytes())
        trouble, progress = told["trouble"], told["progress"]
        return State(
            told["speeds"],
            Trouble(**trouble) if trouble else None,
            Progress(**progress) if progress else None,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return State()


def trouble(embedder: str) -> Trouble | None:
    found = read().trouble
    return found if found and found.embedder == embedder else None


def seconds_for(embedder: Embedder, texts: int) -> float:
    """How long they will take, by the speed seen."""
    return texts / read().speeds.get(embedder.name, GUESSED[embedder.quick])


def embedded(embedder: Embedder, texts: int, seconds: float) -> None:
    """It did: what trouble it had is over. An edit's few texts are not worth a write."""
    if texts < MEASURED and trouble(embedder.name) is None:
        return

    def change(state: State) -> None:
        if texts >= MEASURED and seconds > 0:
            seen = texts / seconds
            state.speeds[embedder.name] = (state.speeds.get(embedder.name, seen) + seen) / 2
        if state.trouble and state.trouble.embedder == embedder.name:
            state.trouble = None

    _change(change)


def failed(embedder: Embedder, error: Exception) -> None:
    """The next attempt is later each time, or when the provider said."""
    after = error.after if isinstance(error, EmbeddingUnavailable) else None

    def change(state: State) -> None:
        now, before = time.time(), state.trouble
        if before is not None and before.embedder != embedder.name:
            before = None
        failures = before.failures + 1 if before else 1
        pause = max(min(FIRST * 2 ** (failures - 1), LONGEST), after or 0.0)
        since = before.since if before else now
        state.trouble = Trouble(embedder.name, str(error), since, failures, now + pause)

    _change(change)


def at_work(embedder: str, done: int, total: int) -> None:
    _change(lambda state: setattr(state, "progress", Progress(embedder, done, total)))


def settled() -> None:
    """Nothing lacks its vectors, so nothing is wrong."""
    found = read()
    if found.progress is not None or found.trouble is not None:
        _change(_forget)


def forget_trouble() -> None:
    """Whoever was started anew has perhaps another key."""
    if read().trouble is not None:
        _change(lambda state: setattr(state, "trouble", None))


def told() -> dict[str, Any] | None:
    """As `/api/status` gives it; None when nothing is left to do and nothing is wrong."""
    state = read()
    if state.trouble is None and state.progress is None:
        return None
    at = state.progress or Progress(state.trouble.embedder if state.trouble else "", 0, 0)
    return {
        "embedder": at.embedder,
        "done": at.done,
        "total": at.total,
        "trouble": _told(state.trouble) if state.trouble else None,
    }


def _forget(state: State) -> None:
    state.progress = state.trouble = None


def _told(trouble: Trouble) -> dict[str, Any]:
    times = {name: _iso(getattr(trouble, name)) for name in ("since", "next_try")}
    return {"embedder": trouble.embedder, "error": trouble.error, **times}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _change(change: Callable[[State], None]) -> None:
    with _writing:
        state = read()
        change(state)
        path().parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path(), json.dumps(asdict(state)).encode())
