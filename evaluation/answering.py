"""How well questions are answered, and how well it is told which the documents don't answer."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from backend import extractive
from backend.citations import Finished
from backend.validation import Asked
from evaluation import measures, slips
from evaluation.cases import Asking
from evaluation.sets import SUFFIX, Question


@dataclass(frozen=True, slots=True)
class Outcome:
    question: Question
    finished: Finished


@dataclass(frozen=True, slots=True)
class Answers:
    """At the point from which an answer is given; None where a set can't tell.

    Shares are of the answerable questions that were answered. `containing`: the answer holds one of
    the known answers, word for word. `cited`: it cites a document that is known to answer.
    `quoted`: all that it quotes stands so in its documents. `auroc`: of confidence, answerable
    against unanswerable. `misspelt`: of the answerable, those that were also asked with a slip in a
    word; `misspelt_answered`: of these, those that were answered.
    """

    answerable: int
    answered: int
    unanswerable: int
    abstained: int
    containing: float | None
    cited: float | None
    quoted: float | None
    auroc: float | None
    misspelt: int = 0
    misspelt_answered: int = 0


def evaluate(
    asking: Asking,
    documents: dict[str, str],
    questions: Sequence[Question],
    progress: Callable[[int, int], None],
) -> Answers:
    typed = [slips.misspelt(question) for question in questions if question.answerable]
    misspelt = [question for question in typed if question is not None]
    outcomes = []
    for done, question in enumerate([*questions, *misspelt], 1):
        finished = extractive.answer(Asked(question.text), asking.evidence(question.text))
        outcomes.append(Outcome(question, finished))
        progress(done, len(questions) + len(misspelt))
    asked, again = outcomes[: len(questions)], outcomes[len(questions) :]
    return replace(
        summed_up(asked, documents),
        misspelt=len(again),
        misspelt_answered=sum(each.finished.answered for each in again),
    )


def summed_up(outcomes: Sequence[Outcome], documents: dict[str, str]) -> Answers:
    answerable = [each for each in outcomes if each.question.answerable]
    others = [each for each in outcomes if not each.question.answerable]
    answered = [each for each in answerable if each.finished.answered]
    return Answers(
        answerable=len(answerable),
        answered=len(answered),
        unanswerable=len(others),
        abstained=sum(not each.finished.answered for each in others),
        containing=_share([_contains(each) for each in answered if each.question.answers]),
        cited=_share([_cites(each) for each in answered if each.question.documents]),
        quoted=_share([_quotes(each, documents) for each in answered]),
        auroc=_auroc(answerable, others),
    )


def _contains(outcome: Outcome) -> bool:
    answer = _plain(outcome.finished.text)
    return any(_plain(known) in answer for known in outcome.question.answers)


def _cites(outcome: Outcome) -> bool:
    cited = {each.document.removesuffix(SUFFIX) for each in outcome.finished.citations}
    return not cited.isdisjoint(outcome.question.documents)


def _quotes(outcome: Outcome, documents: dict[str, str]) -> bool:
    cited = outcome.finished.citations
    return bool(cited) and all(each.quote in documents[each.document] for each in cited)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _share(found: Sequence[bool]) -> float | None:
    return statistics.fmean(found) if found else None


def _auroc(answerable: Sequence[Outcome], others: Sequence[Outcome]) -> float | None:
    if not answerable or not others:
        return None
    return measures.auroc(
        [each.finished.confidence for each in answerable],
        [each.finished.confidence for each in others],
    )
