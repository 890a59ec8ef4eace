"""Appends what people asked to a file per day and process, for the control plane to import."""

import json
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retrieval.files import append_line

logger = logging.getLogger(__name__)


class QuestionLog:
    """One JSON line a question; a question never fails for the sake of its log."""

    def __init__(self, folder: Path, *, enabled: bool) -> None:
        self._folder = folder
        self._enabled = enabled

    def append(self, entry: Mapping[str, Any]) -> None:
        if not self._enabled:
            return
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        path = self._folder / f"{datetime.now(UTC):%Y%m%d}-{os.getpid()}.jsonl"
        try:
            append_line(path, line)
        except OSError:
            logger.exception("The question was answered, but not logged in %s.", path)
