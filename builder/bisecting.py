"""Finds between which two kept versions an answer broke, by asking them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from routing import trials
from routing.errors import TrialFailed
from routing.locks import layout
from routing.models import DeploymentVersion

State = DeploymentVersion.State
PURPOSE = "bisect"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a good answer has. Texts are compared without regard to case."""

    contains: Sequence[str] = ()
    lacks: Sequence[str] = ()
    cites: Sequence[str] = ()

    def failures(self, answer: dict[str, Any]) -> list[str]:
        """Why the answer is not good; [] when it is."""
        text = answer["answer"].casefold()
        cited = {citation["document"] for citation in answer["citations"]}
        missing = [f"lacks {words!r}" for words in self.contains if words.casefold() not in text]
        present = [f"holds {words!r}" for words in self.lacks if words.casefold() in text]
        uncited = [f"does not cite {path}" for path in self.cites if path not in cited]
        return [*missing, *present, *uncited]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`failures` is None for a version that could not answer at all; `answer` then is why."""

    number: int
    failures: list[str] | None
    answer: Any

    @property
    def is_good(self) -> bool:
        return self.failures == []

    @property
    def is_bad(self) -> bool:
        return bool(self.failures)

    def __str__(self) -> str:
        if self.failures is None:
            return f"#{self.number} unknown: {self.answer}"
        return f"#{self.number} good" if self.is_good else f"#{self.number} bad: it {self.told}"

    @property
    def told(self) -> str:
        return ", ".join(self.failures or [])


@dataclass(frozen=True, slots=True)
class Break:
    """The last good version, and the first bad one after it."""

    good: Verdict
    bad: Verdict


Ask = Callable[[int], Verdict]


def kept_versions() -> list[int]:
    """Those that were served or may be, and whose index is kept; oldest first."""
    states = (State.READY, State.ACTIVE, State.RETIRED)
    rows = DeploymentVersion.objects.filter(state__in=states).order_by("number")
    numbers = rows.values_list("number", flat=True)
    return [number for number in numbers if layout().manifest(number).is_file()]


def asking(question: str, wish: Wish, tell: Callable[[str], object]) -> Ask:
    """Asks a version, and tells its verdict; raises RoutingError when no backend answers."""

    def ask(number: int) -> Verdict:
        try:
            answer = trials.ask(number, question, PURPOSE)
            verdict = Verdict(number, wish.failures(answer), answer)
        except TrialFailed as error:
            verdict = Verdict(number, None, str(error))
        tell(str(verdict))
        return verdict

    return ask


def between(good: Verdict, bad: Verdict, numbers: Sequence[int], ask: Ask) -> Break:
    """By halves: the ends are known, so two neighbours among them differ, and this finds such two.

    Where an answer broke and was mended in between, others may differ too.
    """
    inner = [number for number in numbers if good.number < number < bad.number]
    while inner:
        middle = ask(inner[len(inner) // 2])
        if middle.failures is None:
            inner.remove(middle.number)
            continue
        if middle.is_good:
            good = middle
        else:
            bad = middle
        inner = [number for number in inner if good.number < number < bad.number]
    return Break(good, bad)


def backwards(numbers: Sequence[int], ask: Ask) -> tuple[Break | None, list[Verdict]]:
    """From the newest back to the last good version: the latest break, and all that was asked."""
    asked: list[Verdict] = []
    for verdict in _answered(reversed(numbers), ask):
        if verdict.is_good and asked and asked[-1].is_bad:
            return Break(verdict, asked[-1]), asked
        asked.append(verdict)
        if verdict.is_bad and asked[0].is_good:
            break  # good now, and bad before: nothing is broken
    return None, asked


def _answered(numbers: Iterator[int], ask: Ask) -> Iterator[Verdict]:
    return (verdict for verdict in map(ask, numbers) if verdict.failures is not None)
