"""What the last questions of people would be answered by a candidate, and are by what is served.

For people to look at, never a reason to refuse: whatever goes wrong here is noted, and the build
goes on.
"""

import difflib
import logging
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings

from builder.questioning import Questioning
from questions import asked
from questions.asked import Asked
from retrieval.messages import worded
from routing import policy, serving

logger = logging.getLogger("builder")

SECONDS = 0.3  # under the automatic policy: an edit is served within a second
LONGEST = 2.0  # for one question
AT_ONCE = 4
RANKS = ("lost", "sources", "text", "gained")  # the worst first

Answer = dict[str, Any]
Both = tuple[Answer, Answer]

# What versions answered, by indices folder, version and question: what is served now was a
# candidate before, and is asked once. Besides the builder of the moment, only answers that came
# too late for the comparison before are put here.
_remembered: dict[tuple[Path, int, str], Answer] = {}


def compare(number: int, slot: str) -> dict[str, Any]:
    """The differing answers of the candidate `number` in `slot`, in the form a version keeps."""
    started = time.monotonic()
    found: dict[str, Any] = {"with": None, "asked": 0, "of": 0, "differing": 0, "answers": []}
    try:
        _fill(found, number, slot, _deadline(started))
    except Exception as error:
        logger.warning("#%d could not be compared: %s", number, error, exc_info=error)
        found["error"] = str(error) or type(error).__name__
    found["answers"].sort(key=_badness)
    found["differing"] = len(found["answers"])
    return {**found, "seconds": round(time.monotonic() - started, 3)}


def _deadline(started: float) -> float | None:
    """None when there is no haste; else all counts that is done for the comparison."""
    return started + SECONDS if policy.current() == policy.AUTO else None


def _fill(found: dict[str, Any], number: int, slot: str, deadline: float | None) -> None:
    pointer = serving.read_pointer()
    questions = asked.latest(settings.COMPARED_QUESTIONS)
    found["of"] = len(questions)
    if note := _nothing_to_compare(pointer is not None, bool(questions)):
        found["note"] = note
        return
    assert pointer is not None
    found["with"] = pointer.version
    _forget_all_but(pointer.version, number)
    pair = Pair(Questioning(pointer.slot, pointer.version), Questioning(slot, number), deadline)
    for one, answers in pair.answers(questions):
        found["asked"] += 1
        if difference := difference_of(*answers):
            before, after = answers
            case = {"question": one.question, "times": one.times, "unhelpful": one.unhelpful,
                    **difference}  # fmt: skip
            found["answers"].append({**case, "before": before, "after": after})


def _nothing_to_compare(is_served: bool, is_asked: bool) -> str:
    if not settings.QUESTION_LOG:
        return worded("Questions are not kept (QUESTION_LOG=0), so no answers are compared.")
    if settings.COMPARED_QUESTIONS < 1:
        return worded("Answers are not compared (COMPARED_QUESTIONS=0).")
    if not is_served:
        return worded("Nothing was served to compare with.")
    return "" if is_asked else worded("Nobody has asked a question yet.")


class Pair:
    """The active version and the candidate, a few questions at a time."""

    def __init__(self, active: Questioning, candidate: Questioning, deadline: float | None) -> None:
        self.active = active
        self.candidate = candidate
        self.deadline = deadline

    def answers(self, questions: Iterable[Asked]) -> Iterator[tuple[Asked, Both]]:
        """As many as the time allows, each with what the two answered."""
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="compare")
        try:
            under_way = [(one, pool.submit(self._both, one.question)) for one in questions]
            for one, future in under_way:
                if both := self._in_time(future):
                    yield one, both
        finally:  # what is still asked is not waited for: its answer is for the next comparison
            pool.shutdown(wait=False, cancel_futures=True)

    def _both(self, question: str) -> Both | None:
        before = None if self._left() == 0 else _answer(self.active, question)
        if before is None or self._left() == 0:
            return None
        return before, _answer(self.candidate, question)

    def _in_time(self, future: Future[Both | None]) -> Both | None:
        try:
            return future.result(self._left())
        except TimeoutError:
            return None

    def _left(self) -> float | None:
        """Seconds; None when there is no haste."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())


def difference_of(before: Answer, after: Answer) -> dict[str, Any] | None:
    """Its kind, and from 0 to 1 how much; None when a reader sees no difference."""
    if before["answered"] != after["answered"]:
        return {"kind": "lost" if before["answered"] else "gained", "difference": 1.0}
    old, new = _documents(before), _documents(after)
    if old != new:
        shared = len(old & new) / len(old | new)
        return {"kind": "sources", "difference": round(1 - shared, 3)}
    words = before["answer"].split(), after["answer"].split()
    if words[0] == words[1]:
        return None
    alike = difflib.SequenceMatcher(None, *words).quick_ratio()  # in proportion to their length
    return {"kind": "text", "difference": round(1 - alike, 3)}


def _answer(asked_of: Questioning, question: str) -> Answer:
    key = (settings.INDICES_DIR, asked_of.number, question)
    if key not in _remembered:
        _remembered[key] = asked_of.ask(question, LONGEST)
    return _remembered[key]


def _forget_all_but(*numbers: int) -> None:
    for key in list(_remembered):
        if key[1] not in numbers:
            _remembered.pop(key, None)


def _documents(answer: Answer) -> set[str]:
    return {citation["document"] for citation in answer["citations"]}


def _badness(case: dict[str, Any]) -> tuple[int, float, int, int]:
    return RANKS.index(case["kind"]), -case["difference"], -case["unhelpful"], -case["times"]
