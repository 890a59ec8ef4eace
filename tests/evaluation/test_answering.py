"""What is counted of answers, on a small real set and by hand."""

import pytest

from backend.citations import Citation, Finished
from evaluation.answering import Outcome, summed_up
from evaluation.sets import Question
from tests.evaluation.sets import with_answers
from tests.evaluation.test_command import printed

BODY = "# Kettle\n\nThe kettle is descaled\non Fridays.\n"
DOCUMENTS = {"kettle.md": BODY}


def outcome(
    text="", *, confidence, document="kettle.md", quote="The kettle is descaled\non Fridays.",
    answerable=True,
):  # fmt: skip
    question = Question(
        "1", "When?", answerable, frozenset({"kettle"} if answerable else ()),
        ("ON Fridays",) if answerable else (),
    )  # fmt: skip
    cited = (Citation(document, 1, "", "", quote, 1.0),) if text else ()
    return Outcome(question, Finished(text, bool(text), cited, confidence=confidence))


def test_shares_are_of_the_answerable_questions_that_were_answered():
    found = summed_up(
        [
            outcome("The kettle is descaled\non Fridays. [1]", confidence=0.9),
            outcome("On Mondays. [1]", confidence=0.6, document="other.md", quote="On Mondays."),
            outcome(confidence=0.4),
            outcome("The kettle. [1]", confidence=0.7, answerable=False),
            outcome(confidence=0.1, answerable=False),
        ],
        DOCUMENTS | {"other.md": "Never on Mondays."},
    )
    assert (found.answerable, found.answered, found.unanswerable, found.abstained) == (3, 2, 2, 1)
    assert (found.containing, found.cited, found.quoted) == (0.5, 0.5, 0.5)
    assert found.auroc == pytest.approx((2 + 1 + 1) / 6)


def test_what_a_set_cannot_tell_is_left_out():
    found = summed_up([outcome(confidence=0.2, answerable=False)], DOCUMENTS)
    assert (found.containing, found.cited, found.quoted, found.auroc) == (None, None, None, None)


def test_a_set_with_answers_is_asked_and_counted(tmp_path):
    answers = printed(with_answers(tmp_path / "set"), tmp_path)["answers"]
    assert answers == {
        "table": {
            "answerable": {"answered": 2, "abstained": 0},
            "unanswerable": {"answered": 0, "abstained": 1},
            "misspelt": {"answered": 2, "abstained": 0},
        },
        "threshold": 0.5,
        "exact_containment": 1.0,
        "citation_correctness": 1.0,
        "quoted_word_for_word": 1.0,
        "auroc": 1.0,
    }
