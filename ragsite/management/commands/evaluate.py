"""`manage.py evaluate`: how good retrieval and answers are, on sets whose answers are known."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaluation import report
from evaluation.collecting import collected
from evaluation.run import Result, evaluate
from evaluation.sets import NotASet
from retrieval.embedders import preferred
from retrieval.embeddings import EmbeddingCache
from retrieval.errors import EmbeddingUnavailable
from routing.embedders import embedder_settings

WORSE = 1
ERROR = 2
TELL_EACH = 5.0  # seconds


class Command(BaseCommand):
    help = (
        "Builds a set's documents into a scratch index by the embedder that is configured, asks "
        "its questions and prints the figures. Touches nothing that is served, and no database. "
        "Exit status: 0; 1 with --strict, when the served ranking is worse than the better half "
        "of it; 2 there was no set."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "dir", type=Path, help="a set, its archive, or a folder of sets and of archives"
        )
        parser.add_argument("--json", action="store_true", help="the figures as JSON")
        parser.add_argument("--strict", action="store_true", help="a ranking that is worse fails")
        parser.add_argument(
            "--cache", type=Path, default=settings.DATA_DIR / "evaluation" / "embeddings.sqlite3",
            help="where embeddings are kept between runs",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        embedder = preferred(embedder_settings())
        results: list[Result] = []
        try:
            with (
                collected(options["dir"]) as folders,
                closing(EmbeddingCache(options["cache"])) as cache,
            ):
                for folder in folders:
                    results.append(evaluate(folder, embedder, cache, Progress(self.tell)))
                    if not options["json"]:
                        self.stdout.write(report.as_text(results[-1]))
        except (NotASet, EmbeddingUnavailable) as error:
            raise CommandError(str(error), returncode=ERROR) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(results, embedder.name), indent=2))
        worse = report.worse(results)
        if worse and options["strict"]:
            raise CommandError(f"Served worse than a half: {', '.join(worse)}.", returncode=WORSE)

    def tell(self, line: str) -> None:
        self.stderr.write(line, style_func=str)


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
