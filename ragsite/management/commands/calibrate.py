"""`manage.py calibrate`: fits how sure an answer is, on sets with questions that have no answer."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from backend.abstention import CALIBRATION
from evaluation import calibrating
from ragsite.evaluating import SetsCommand
from retrieval.embedders import preferred
from routing.embedders import embedder_settings


class Command(SetsCommand):
    help = (
        "Fits the weights of confidence for the embedder that is configured, and for words alone, "
        "says by cross-validation what they are worth, and writes them beside those of other "
        "embedders. The same sets give the same weights. Exit status: 0; 2 there was no set."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--out", type=Path, default=CALIBRATION, help="where they are written")

    def handle(self, *args: Any, **options: Any) -> None:
        with self.sets(options) as (folders, cache):
            embedder = preferred(embedder_settings())
            found = calibrating.calibrate(folders, embedder, cache, self.progress())
        calibrating.keep(found, options["out"])
        for each in found:
            self.stdout.write(f"{each.name}, by cross-validation:")
            for worth in each.worth:
                self.stdout.write(calibrating.told(worth))
        self.stdout.write(f"Written to {options['out']}.")
