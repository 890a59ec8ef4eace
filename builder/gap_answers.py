"""Whether what is served answers a gap by now: asked as a probe is, never logged as a person's."""

import logging
import time
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from builder.errors import CannotProve, SlotTaken
from builder.questioning import Questioning, of_what_is_served
from knowledge.models import Revision
from questions import gaps
from questions.models import Feedback, Gap
from routing import serving

logger = logging.getLogger("builder")

SECONDS = 1.0  # of a look, which comes again in ten
MOST = 20  # gaps a look
LONGEST = 5.0  # seconds for one question


@dataclass(frozen=True, slots=True)
class Verdict:
    """`document`: the one that answers the gap; empty while none does."""

    version: int
    answer: dict[str, Any]
    document: str

    @property
    def cited(self) -> list[str]:
        return _documents(self.answer["citations"])

    @property
    def nearest(self) -> list[str]:
        """What came near; where an answer did not help, what it cites."""
        return _documents(self.answer.get("nearest") or self.answer["citations"])


def check() -> int:
    """Ask the served version some of the gaps that it was not asked yet; how many it answers.

    A gap that can't be asked keeps its turn, and the others go on.
    """
    pointer = serving.read_pointer()
    if pointer is None:
        return 0
    asked, answered = Questioning(pointer.slot, pointer.version), 0
    deadline = time.monotonic() + SECONDS
    for gap in gaps.to_check(pointer.version)[:MOST]:
        if time.monotonic() > deadline:
            break
        try:
            answered += _settle(gap, _asked(gap, asked))
        except CannotProve as error:
            logger.info("The gap “%s” could not be asked: %s", gap, error)
        except SlotTaken:
            break  # another version is served by now: the next look asks that
    return answered


def ask_now(gap: Gap) -> Verdict:
    """Of what is served; NothingServed, or CannotProve when the backend gives no answer."""
    verdict, _ = of_what_is_served(lambda asked: _asked(gap, asked))
    _settle(gap, verdict)
    return verdict


def _asked(gap: Gap, asked: Questioning) -> Verdict:
    answer = asked.whole_answer(gap.question, LONGEST)
    return Verdict(asked.number, answer, _answering(gap, answer))


def _settle(gap: Gap, verdict: Verdict) -> bool:
    if verdict.document:
        return gaps.answered(gap.pk, version=verdict.version, document=verdict.document)
    gaps.unanswered(gap.pk, version=verdict.version, nearest=verdict.nearest)
    return False


def _answering(gap: Gap, answer: dict[str, Any]) -> str:
    """Where readers said that the answer did not help, a document must have been saved since."""
    citations = answer["citations"]
    if not answer["answered"] or not citations:
        return ""
    said = gap.feedback.filter(kind=Feedback.Kind.UNHELPFUL).aggregate(at=Max("given_at"))["at"]
    if said and not any(_is_newer(citation, said) for citation in citations):
        return ""
    return preferred(gap, answer)


def preferred(gap: Gap, answer: dict[str, Any]) -> str:
    """The document that was written for the gap, where it is cited; else what is cited first."""
    cited = _documents(answer["citations"])
    return gap.document if gap.document in cited else next(iter(cited), "")


def _is_newer(citation: dict[str, Any], said: Any) -> bool:
    revision = Revision.objects.filter(path=citation["document"], number=citation["revision"])
    return revision.filter(saved_at__gt=said).exists()


def _documents(citations: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(citation["document"] for citation in citations))
