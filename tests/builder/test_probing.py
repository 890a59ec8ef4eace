"""What a probe demands, matched against answers: no server."""

import time

import pytest
from django.core.exceptions import ValidationError

from builder.models import Probe
from builder.probing import Demands, ImpossiblePattern, UnboundedPattern, failures, lines, says


def answer(text: str, *documents: str) -> dict:
    return {
        "answer": text,
        "answered": bool(documents),
        "citations": [{"document": document} for document in documents],
    }


CORDON = answer("**Cordon** the  node,\nthen restart the `kubelet`. [1]", "ops/node.md")


@pytest.mark.parametrize(
    "line",
    ["cordon the node", "CORDON", "kubelet", "/cordon.{1,9}node/", "/restart\\s+the/", "çordon"],
)
def test_texts_match_without_case_accents_and_markup(line):
    assert says(CORDON["answer"], line)
    assert failures(Demands(must_contain=(line,)), CORDON) == []
    assert failures(Demands(must_not_contain=(line,)), CORDON) == [f"it says {line}"]


@pytest.mark.parametrize("line", ["drain the node", "/^node/", "/(?-i)CORDON/"])
def test_what_is_not_there_does_not_match(line):
    assert failures(Demands(must_contain=(line,)), CORDON) == [f"it does not say {line}"]


@pytest.mark.parametrize("pattern", ["ops/node.md", "ops/*", "*.md", "*node*", "*"])
def test_a_star_stands_for_anything(pattern):
    assert failures(Demands(must_cite=(pattern,)), CORDON) == []


@pytest.mark.parametrize("pattern", ["node.md", "ops/n?de.md", "ops/[n]ode.md", "ops"])
def test_all_else_in_a_path_stands_for_itself(pattern):
    assert failures(Demands(must_cite=(pattern,)), CORDON) == [
        f"it does not cite {pattern}, but ops/node.md"
    ]


def test_an_abstention_is_told_as_one():
    nothing = answer("The documents do not answer this.")
    assert failures(Demands(must_cite=("a.md",)), nothing) == [
        "it found no answer in the documents", "it does not cite a.md, but nothing",
    ]  # fmt: skip
    assert failures(Demands(must_contain=("do not answer",)), nothing) == []


def test_blank_lines_demand_nothing():
    assert lines(" \n\nnode \n") == ("node",)


def test_a_pattern_takes_no_longer_than_the_text_is_long():
    """Python's own engine would need 2^100,000 steps for this."""
    started = time.perf_counter()
    assert not says("a" * 100_000 + "!", "/^(a+)+$/")
    assert time.perf_counter() - started < 2


def refused(**fields: str) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as told:
        Probe(**{"question": "Where?", **fields}).full_clean()
    return told.value.message_dict


def test_a_blank_question_is_refused():
    assert list(refused(question=" \n", must_contain="x")) == ["question"]


def test_a_probe_that_checks_nothing_is_refused():
    assert "checks nothing" in refused(must_cite=" \n ")["__all__"][0]


@pytest.mark.parametrize("field", ["must_contain", "must_not_contain"])
def test_an_impossible_pattern_is_refused_at_its_field(field):
    told = refused(**{field: "fine\n/(unclosed/"})
    assert list(told) == [field]
    assert "/(unclosed/ is not a regular expression: missing )" in told[field][0]


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)b", "a{2000}", "x" * 501])
def test_a_pattern_that_could_run_for_ever_is_refused(pattern):
    told = refused(must_contain=f"/{pattern}/")["must_contain"][0]
    assert "run for ever" in told or "500 are allowed" in told


def test_the_two_refusals_are_told_apart():
    with pytest.raises(ImpossiblePattern):
        says("", "/*/")
    with pytest.raises(UnboundedPattern):
        says("", "/(?<=a)b/")


def test_too_many_lines_are_refused():
    assert "51 lines" in refused(must_cite="abc\n" * 51)["must_cite"][0]
