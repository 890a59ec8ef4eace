"""A question with a slip of the keys in it is answered, and it is said as what it was read."""

import pytest

from backend.spelling import Slip, corrected
from retrieval.index import Index
from retrieval.layout import Layout
from tests.backend.conftest import KNOWLEDGE
from tests.backend.running import Backend
from tests.backend.versions import build


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Index:
    return build(Layout(tmp_path_factory.mktemp("data") / "indices"), 1, KNOWLEDGE)


def test_it_answers_what_was_meant_and_says_so(backend: Backend) -> None:
    answer = backend.ask("What is the rolback code for project Zephyr?")
    assert answer["answered"]
    assert "ORION-7" in answer["answer"]
    assert answer["read_as"] == [{"asked": "rolback", "read": "rollback"}]


def test_a_stream_says_so_at_its_end(backend: Backend) -> None:
    done = dict(backend.stream("What is the rolback code for project Zephyr?"))["done"]
    assert done["read_as"] == [{"asked": "rolback", "read": "rollback"}]


def test_what_has_no_answer_has_none_with_its_slips_either(backend: Backend) -> None:
    answer = backend.ask("Who painted the rolback of Guernica in Paris?")
    assert answer["read_as"] == [{"asked": "rolback", "read": "rollback"}]
    assert not answer["answered"]


def test_known_words_are_never_touched(index: Index) -> None:
    question = "What is the rollback code for project Zephyr?"
    assert corrected(index, question) == (question, ())


@pytest.mark.parametrize("word", ["ROLBACK", "rolBack", "rolback7", "rolback_code"])
def test_a_code_is_never_read_as_another_word(index: Index, word: str) -> None:
    question = f"What is the {word} of Zephyr?"
    assert corrected(index, question) == (question, ())


def test_it_keeps_how_the_question_writes_words(index: Index) -> None:
    asked = "How do I promote a replcia of the databse?"
    read, slips = corrected(index, asked)
    assert read == "How do I promote a replica of the database?"
    assert slips == (Slip("replcia", "replica"), Slip("databse", "database"))


@pytest.mark.parametrize(
    "question",
    [
        "What is a repricate of the database?",  # two slips from "replicate", one from no word here
        "How do I train a replicator?",
        "What does the Kafkas of Prague write?",
        "What is the brother of Zephyr?",  # a word, if not of these documents: no "broker"
        "Les broyeurs de la base sont vides ?",
    ],
)
def test_words_and_names_that_there_are_stay_as_they_are(index: Index, question: str) -> None:
    assert corrected(index, question) == (question, ())


def test_a_short_word_that_is_all_that_is_asked_about_is_left(index: Index) -> None:
    """Nothing says whether it is a slip or the name of something else."""
    assert corrected(index, "What is a replcia?") == ("What is a replcia?", ())
    promoted = corrected(index, "How to promote a replcia?")[0]
    assert promoted == "How to promote a replica?"


def test_a_question_full_of_unknown_words_costs_a_few_looks(index: Index, monkeypatch) -> None:
    looked = []
    monkeypatch.setattr("retrieval.spelling.meant", lambda view, word: looked.append(word))
    corrected(index, " ".join(f"unheard{'abcdefghij'[n % 10] * (n + 1)}" for n in range(50)))
    assert len(looked) == 4
