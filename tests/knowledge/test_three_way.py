"""Merging two edits of one text."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.three_way import first_mark, merged

NAMES = ("live", "kept")
TEXTS = st.lists(st.sampled_from("abc"), max_size=12).map(
    lambda lines: "".join(f"{x}\n" for x in lines)
)


def merge(base, mine, theirs):
    found = merged(base, mine, theirs, NAMES)
    return found.text, found.conflicts


def test_edits_in_different_places_are_both_kept():
    base = "one\n\ntwo\n\nthree\n"
    assert merge(base, "ONE\n\ntwo\n\nthree\n", "one\n\ntwo\n\nthree\nfour\n") == (
        "ONE\n\ntwo\n\nthree\nfour\n", 0,
    )  # fmt: skip


def test_the_same_edit_on_both_sides_is_no_conflict():
    assert merge("one\n", "1\n", "1\n") == ("1\n", 0)


def test_marks_are_only_around_what_differs():
    text, conflicts = merge("a\nb\nc\n", "a\nnew\nmine\nc\n", "a\nnew\ntheirs\nc\n")
    assert text == "a\nnew\n<<<<<<< live\nmine\n=======\ntheirs\n>>>>>>> kept\nc\n"
    assert conflicts == 1
    assert first_mark(text) == 3
    assert first_mark("a\n=======\n") == 0, "a heading in Markdown"


def test_without_a_base_nothing_is_decided_for_the_person():
    assert merge(None, "a\nb\n", "a\nb\nc\n") == (
        "a\nb\n<<<<<<< live\n=======\nc\n>>>>>>> kept\n", 1,
    )  # fmt: skip


def test_newlines_are_no_conflict():
    assert merge("a\r\nb\r\n", "a\r\nB\r\n", "a\nb\nc") == (
        "a\n<<<<<<< live\nB\n=======\nb\nc\n>>>>>>> kept\n", 1,
    )  # fmt: skip
    assert merge("a\r\nb\r\nc\r\n", "A\r\nb\r\nc\r\n", "a\nb\nC\n") == ("A\nb\nC\n", 0)


def test_what_is_too_long_is_not_merged():
    assert merged("", "x\n" * 10_001, "", NAMES) is None


@given(TEXTS, TEXTS)
def test_whoever_changed_nothing_loses_nothing(base, edited):
    assert merge(base, edited, base) == (edited, 0)
    assert merge(base, base, edited)[1] == 0
    assert merge(base, base, edited)[0] == edited
    assert merge(base, edited, edited) == (edited, 0)


@given(TEXTS, TEXTS, TEXTS)
def test_both_sides_can_be_read_back_from_the_marks(base, mine, theirs):
    """Without a base each difference is marked, so choosing one side throughout gives its text."""
    text, _ = merge(None, mine, theirs)
    sides = {"live": [], "kept": []}
    at = ("live", "kept")
    for line in text.splitlines():
        if line == "<<<<<<< live":
            at = ("live",)
        elif line == "=======":
            at = ("kept",)
        elif line == ">>>>>>> kept":
            at = ("live", "kept")
        else:
            for side in at:
                sides[side].append(line)
    assert (sides["live"], sides["kept"]) == (mine.splitlines(), theirs.splitlines())
