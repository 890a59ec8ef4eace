"""`manage.py bisect`: with which version, and which edit, did an answer break?"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from builder import culprit
from builder.bisecting import Ask, Break, Wish, asking, backwards, between, kept_versions
from retrieval.errors import RetrievalError
from routing.errors import RoutingError

NOT_FOUND = 1
ERROR = 2


class Command(BaseCommand):
    help = (
        "Asks the kept versions the question, by the running backends, and says which was the last "
        "good one, which the first bad one, and which edit lies between. From the newest back; "
        "with both --good and --bad by halves. Exit status: 0 found, 1 not found, 2 error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question")
        for name, what in (("contain", "this text"), ("not-contain", "this text not")):
            parser.add_argument(
                f"--must-{name}", action="append", default=[], help=f"a good answer holds {what}"
            )
        parser.add_argument(
            "--must-cite", action="append", default=[], help="a good answer cites this document"
        )
        parser.add_argument("--good", type=int, help="a version that is known to be good")
        parser.add_argument("--bad", type=int, help="a version that is known to be bad")

    def handle(self, *args: Any, **options: Any) -> None:
        wish = Wish(options["must_contain"], options["must_not_contain"], options["must_cite"])
        if not (wish.contains or wish.lacks or wish.cites):
            _fail("Say what a good answer has: --must-contain, --must-not-contain, --must-cite.")
        ask = asking(options["question"], wish, self.stdout.write)
        try:
            found = self.search(_chosen(options["good"], options["bad"]), options, ask)
            if found is None:
                sys.exit(NOT_FOUND)
            self.stdout.write(culprit.told(found, wish, culprit.edits(found, wish)))
        except (RoutingError, RetrievalError) as error:
            _fail(str(error))

    def search(self, numbers: list[int], options: dict[str, Any], ask: Ask) -> Break | None:
        """None, once said why, when the answer did not break among these versions."""
        if options["good"] is not None and options["bad"] is not None:
            return self.by_halves(numbers, ask)
        found, asked = backwards(numbers, ask)
        if found is None:
            self.stdout.write(_why(asked))
        return found

    def by_halves(self, numbers: list[int], ask: Ask) -> Break | None:
        good, bad = ask(numbers[0]), ask(numbers[-1])
        if good.is_good and bad.is_bad:
            return between(good, bad, numbers, ask)
        self.stdout.write(f"#{good.number} should be good, and #{bad.number} bad: it is not so.")
        return None


def _chosen(good: int | None, bad: int | None) -> list[int]:
    """The kept versions from the good one to the bad one, those two included."""
    kept = kept_versions()
    if not kept:
        _fail("No version is kept, so there is nothing to ask.")
    for number in (good, bad):
        if number is not None and number not in kept:
            _fail(f"#{number} is not kept. These are: {', '.join(f'#{n}' for n in kept)}.")
    first, last = good or kept[0], bad or kept[-1]
    if first >= last and len(kept) > 1:
        _fail(f"The good version must be older than the bad one: #{first} is not before #{last}.")
    return [number for number in kept if first <= number <= last]


def _why(asked: list[Any]) -> str:
    if not asked:
        return "None of these versions could answer."
    if asked[0].is_bad:
        return "Never good: none of these versions answers as it should."
    if asked[-1].is_bad:
        return (
            f"#{asked[0].number} is good: nothing is broken now. #{asked[-1].number} was bad; "
            f"--bad {asked[-1].number} finds since when."
        )
    return "Always good: all of these versions answer as they should."


def _fail(message: str) -> Any:
    raise CommandError(message, returncode=ERROR)
