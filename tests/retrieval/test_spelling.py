"""What a misspelt word is meant to be, by the words that the documents have."""

import pytest

from retrieval import spelling
from retrieval.layout import Layout
from tests.retrieval.building import DOCUMENTS, publish
from tests.retrieval.test_search import step_by_step


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return publish(Layout(tmp_path_factory.mktemp("indices")), 1, DOCUMENTS)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("colector", "collector"),  # a letter left out
        ("colllector", "collector"),  # one too many
        ("collecter", "collector"),  # a wrong one
        ("collcetor", "collector"),  # two of them swapped
        ("Colector", "collector"),
        ("throttlde", "throttled"),
        ("containr", "container"),
        ("priviléges", "privilèges"),
        ("sauvegrade", "sauvegarde"),
    ],
)
def test_one_slip_is_seen_through(index, word, meant):
    found = spelling.meant(index.view, word)
    assert found is not None
    assert found.casefold() == meant


@pytest.mark.parametrize(
    "word",
    [
        "bollector",  # the first letter is taken as right
        "colectr",  # two slips
        "giraffe",
        "nodde",  # too short: "node" is one letter from many words
        "c0llector",
        "collector" * 400,  # a slip of it would take seconds to find
        "コレクタコレクタ",
        "collectorf",  # a name, as "containerd" is
        "",
    ],
)
def test_what_is_no_slip_is_left_as_it_is(index, word):
    assert spelling.meant(index.view, word) is None


def test_another_ending_of_the_word_will_do(index):
    assert spelling.meant(index.view, "restrat") == "Restart"
    assert spelling.meant(index.view, "containrs") == "container"


def test_a_word_of_a_dead_document_is_none(tmp_path, index):
    layout = Layout(tmp_path)
    base = publish(layout, 1, DOCUMENTS)
    without = publish(layout, 2, base=base, removed=["fr/sauvegarde.md"])
    assert spelling.meant(base.view, "restaurezz") == "restaurez"
    assert spelling.meant(without.view, "restaurezz") is None


def test_it_does_not_depend_on_how_a_version_was_built(tmp_path, index):
    made = step_by_step(Layout(tmp_path), DOCUMENTS, seed=7)
    for word in ("colector", "serevice", "datbase", "minutees", "sauvegrade", "restrat"):
        assert spelling.meant(made.view, word) == spelling.meant(index.view, word) is not None
