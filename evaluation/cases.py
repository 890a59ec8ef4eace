"""What confidence is fitted on: questions with their signs, and whether they have an answer.

A set's own unanswerable questions are few, so two more kinds are made: its answerable ones with the
documents that answer them out of sight (as if they had been deleted), and other sets' questions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from backend import abstention, evidence
from backend.abstention import Signs
from backend.evidence import Evidence, depth
from backend.reading import read
from backend.relevance import weigh
from backend.retrieving import likeness
from backend.validation import Asked
from evaluation.sets import SUFFIX, Question, Set
from retrieval.embedders import Embedder
from retrieval.index import Index

ANSWERABLE, UNANSWERABLE, HIDDEN, FOREIGN = "answerable", "unanswerable", "hidden", "foreign"
FOREIGN_QUESTIONS = 120  # of all other sets together
DEEPER = 60  # hits that are looked at when some are out of sight

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Case:
    """`question` names the set and the question: all cases of one stay in one fold."""

    set: str
    question: str
    source: str
    kind: str
    signs: Signs


@dataclass(frozen=True, slots=True)
class Asking:
    """An index and how it is asked: by words alone without an embedder."""

    name: str
    index: Index
    embedder: Embedder | None

    def evidence(self, text: str, hidden: frozenset[str] = frozenset()) -> Evidence:
        """As the backend gathers it for a question that stands alone."""
        reading = read(self.index, Asked(text))
        vector = self.embedder.embed_query(reading.query) if self.embedder else None
        most = depth(reading.question)
        hits = self.index.search(reading.query, vector, most + DEEPER * bool(hidden))
        seen = [hit for hit in hits if hit.document.removesuffix(SUFFIX) not in hidden][:most]
        if self.embedder is None or vector is None:
            return evidence.of(self.index, reading, seen, "lexical")
        alike = likeness(self.embedder, vector)
        return evidence.of(self.index, reading, seen, "hybrid", alike)


def cases(asking: Asking, own: Set, others: Sequence[Set], progress: Progress) -> list[Case]:
    wanted = [*_own(own), *_foreign(others)]
    found = []
    for done, (source, origin, question, hidden) in enumerate(wanted, 1):
        case = _case(asking, source, f"{origin}/{question.id}", question, hidden)
        if case:
            found.append(case)
        progress(done, len(wanted))
    return found


def _case(
    asking: Asking, source: str, name: str, question: Question, hidden: frozenset[str]
) -> Case | None:
    """None for what is refused without being weighed."""
    gathered = asking.evidence(question.text, hidden)
    wanted = weigh(asking.index, gathered.question)
    if not wanted.words or not gathered.hits:
        return None
    kind = abstention.kind_of(wanted, gathered.question)
    return Case(asking.name, name, source, kind, abstention.signs(wanted, gathered))


Wish = tuple[str, str, Question, frozenset[str]]


def _own(own: Set) -> Iterator[Wish]:
    for question in own.questions:
        source = ANSWERABLE if question.answerable else UNANSWERABLE
        yield source, own.name, question, frozenset()
        if question.answerable and question.documents:
            yield HIDDEN, own.name, question, question.documents


def _foreign(others: Sequence[Set]) -> Iterator[Wish]:
    """As many of each set, spread over all that it has."""
    for other in others:
        asked = other.questions or [Question(each.id, each.text, True) for each in other.queries]
        share = max(1, FOREIGN_QUESTIONS // len(others))
        step = max(1, len(asked) // share)
        for question in asked[::step][:share]:
            yield FOREIGN, other.name, question, frozenset()
