"""`manage.py evaluate`: how good retrieval and answers are, on sets whose answers are known."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from evaluation import report
from evaluation.run import Result, evaluate
from ragsite.evaluating import SetsCommand
from retrieval.embedders import preferred
from routing.embedders import embedder_settings

WORSE = 1


class Command(SetsCommand):
    help = (
        "Builds a set's documents into a scratch index by the embedder that is configured, asks "
        "its questions and prints the figures. Touches nothing that is served, and no database. "
        "Exit status: 0; 1 with --strict, when the served ranking is worse than the better half "
        "of it; 2 there was no set."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="the figures as JSON")
        parser.add_argument("--strict", action="store_true", help="a ranking that is worse fails")

    def handle(self, *args: Any, **options: Any) -> None:
        embedder = preferred(embedder_settings())
        results: list[Result] = []
        with self.sets(options) as (folders, cache):
            for folder in folders:
                results.append(evaluate(folder, embedder, cache, self.progress()))
                if not options["json"]:
                    self.stdout.write(report.as_text(results[-1]))
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(results, embedder.name), indent=2))
        worse = report.worse(results)
        if worse and options["strict"]:
            raise CommandError(f"Served worse than a half: {', '.join(worse)}.", returncode=WORSE)
