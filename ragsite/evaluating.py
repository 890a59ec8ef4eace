"""What the commands on sets of questions share: where the sets are, what is kept, progress."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaluation.collecting import collected
from evaluation.sets import NotASet
from retrieval.embeddings import EmbeddingCache
from retrieval.errors import EmbeddingUnavailable

ERROR = 2
TELL_EACH = 5.0  # seconds


class SetsCommand(BaseCommand):
    """Takes a set, its archive, or a folder of both; tells its progress on standard error."""

    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "dir", type=Path, help="a set, its archive, or a folder of sets and of archives"
        )
        parser.add_argument(
            "--cache", type=Path, default=settings.DATA_DIR / "evaluation" / "embeddings.sqlite3",
            help="where embeddings are kept between runs",
        )  # fmt: skip

    @contextmanager
    def sets(self, options: dict[str, Any]) -> Iterator[tuple[list[Path], EmbeddingCache]]:
        """The sets' folders, and the cache; what can't be done is told, with exit status 2."""
        try:
            with (
                collected(options["dir"]) as folders,
                closing(EmbeddingCache(options["cache"])) as cache,
            ):
                yield folders, cache
        except (NotASet, EmbeddingUnavailable) as error:
            raise CommandError(str(error), returncode=ERROR) from error

    def progress(self) -> "Progress":
        return Progress(lambda line: self.stderr.write(line, style_func=str))


class Progress:
    """A line for each thing that is begun, and again every few seconds while it takes that long."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._doing = ""
        self._told = 0.0

    def __call__(self, doing: str, done: int, total: int) -> None:
        now = time.monotonic()
        if doing != self._doing or now - self._told > TELL_EACH:
            self._doing, self._told = doing, now
            self._write(f"{doing} {done:,}/{total:,}")
