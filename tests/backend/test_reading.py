"""What is searched for: what was asked before, slips and pasted notifications seen through."""

import pytest

from backend.reading import Reading, read
from backend.spelling import Slip
from backend.validation import Asked, Turn
from retrieval.index import Index
from retrieval.layout import Layout
from tests.backend.conftest import KNOWLEDGE
from tests.backend.versions import build


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Index:
    return build(Layout(tmp_path_factory.mktemp("data") / "indices"), 1, KNOWLEDGE)


def asked(*questions: str) -> Asked:
    return Asked(questions[-1], tuple(Turn("user", each) for each in questions[:-1]))


def test_a_slip_in_the_question_before_is_seen_through_as_well(index: Index) -> None:
    """It is not told: it was when that question was answered."""
    before = "What is the rolback code for project Zephyr?"
    found = read(index, asked(before, "and whose idea was it?"))
    assert found == Reading("and whose idea was it?", before.replace("rolback", "rollback"))
    assert found.query == f"{found.before}\n{found.question}"


def test_a_slip_in_what_goes_on_is_told(index: Index) -> None:
    found = read(index, asked("How do I restart a Kafka broker?", "and its partitons?"))
    assert found.slips == (Slip("partitons", "partitions"),)


def test_a_question_alone_is_searched_as_it_is(index: Index) -> None:
    question = "How do I restart a Kafka broker?"
    assert read(index, asked(question)) == Reading(question)
