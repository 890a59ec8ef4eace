"""How a question is read before anything is searched: by what was asked before, without slips."""

from dataclasses import dataclass

from backend import pasted
from backend.following import understood
from backend.spelling import Slip, corrected
from backend.validation import Asked
from retrieval.index import Index


@dataclass(frozen=True, slots=True)
class Reading:
    """The question as it is understood; what it leans on still, or nothing; and its slips."""

    question: str
    before: str = ""
    slips: tuple[Slip, ...] = ()

    @property
    def query(self) -> str:
        """What is searched for."""
        return f"{self.before}\n{self.question}" if self.before else self.question


def read(index: Index, asked: Asked) -> Reading:
    question, before = understood(asked)
    question, slips = corrected(index, question)
    if before:
        return Reading(question, corrected(index, before)[0], slips)
    return Reading(pasted.subject(index, question), "", slips)
