"""How far the build under way is, in a small file that other processes read.

Only the holder of the build lock writes it; a file rather than a row, so that a build of
thousands of chunks is not thousands of transactions.
"""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from builder import metrics

WRITE_EVERY = 0.2  # seconds


def path() -> Path:
    return settings.RUN_DIR / "build.json"


def read() -> dict[str, Any] | None:
    """`{"version", "stage", "done", "total", "since"}` of the last build that wrote it."""
    try:
        found = json.loads(path().read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(slots=True)
class Progress:
    """Of one build: its stages one after the other, and the steps within one."""

    version: int
    since: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    stages: dict[str, float] = field(default_factory=dict)  # seconds that each stage took
    _stage: str = ""
    _entered: float = 0.0
    _written: float = 0.0

    def enter(self, stage: str, total: int = 0) -> None:
        self._leave()
        self._stage, self._entered = stage, time.perf_counter()
        self._write(0, total)

    def step(self, done: int, total: int) -> None:
        if time.perf_counter() - self._written >= WRITE_EVERY or done == total:
            self._write(done, total)

    def close(self) -> None:
        self._leave()
        path().unlink(missing_ok=True)

    def _leave(self) -> None:
        if self._stage:
            seconds = time.perf_counter() - self._entered
            self.stages[self._stage] = self.stages.get(self._stage, 0.0) + seconds
            metrics.stage_duration.labels(self._stage).observe(seconds)
            self._stage = ""

    def _write(self, done: int, total: int) -> None:
        self._written = time.perf_counter()
        state = {
            "version": self.version, "stage": self._stage,
            "done": done, "total": total, "since": self.since,
        }  # fmt: skip
        temporary = path().with_suffix(".tmp")
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(state))
        temporary.replace(path())
