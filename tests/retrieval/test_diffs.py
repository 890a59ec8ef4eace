"""Differences between texts: what is shown, what is marked, and where it stops."""

import time

from hypothesis import given
from hypothesis import strategies as st

from retrieval.diffs import SHOWN, diff, lines_of
from retrieval.word_marks import WIDTH, lacking

TEXTS = st.text(alphabet="ab \n\r", max_size=60)


def shown(old, new, **bounds):
    found = diff(old, new, context=2, **bounds)
    return [f"{sign}{line.text if line else ''}" for sign, line in found.unified()], found.cut


def marks(old, new):
    found = diff(old, new)
    return [text for _, line in found.unified() if line for text, mark in line.parts if mark]


def test_a_change_is_shown_with_its_context():
    old = "".join(f"{n}\n" for n in range(1, 10))
    assert shown(old, old.replace("5", "five")) == (
        ["⋯", " 3", " 4", "−5", "+five", " 6", " 7", "⋯"], False,
    )  # fmt: skip


def test_a_single_line_is_not_folded():
    old = "".join(f"{n}\n" for n in range(1, 8))
    assert shown(old, old.replace("4", "four"))[0] == [
        " 1", " 2", " 3", "−4", "+four", " 5", " 6", " 7",
    ]  # fmt: skip


def test_folded_lines_are_at_hand_with_both_numbers():
    old = "".join(f"{n}\n" for n in range(1, 30))
    folded = diff(f"new\n{old}", f"{old}last\n").blocks[2]
    assert (folded.kind, folded.count) == ("folded", 23)
    assert (folded.old[0].number, folded.new[0].number, folded.new[0].text) == (5, 4, "4")


def test_a_new_and_a_deleted_text_are_shown_whole():
    assert shown("", "a\nb\n") == (["+a", "+b"], False)
    assert shown("a\nb\n", "") == (["−a", "−b"], False)
    assert shown("", "") == ([], False)
    assert shown("a\na\n", "a\na\na\n") == ([" a", " a", "+a"], False)


def test_equal_texts_and_texts_that_end_their_lines_otherwise_are_told_apart():
    assert diff("a\nb\n", "a\nb\n").same
    for other in ("a\r\nb\r\n", "a\nb"):
        found = diff("a\nb\n", other)
        assert (found.same, found.endings, found.blocks) == (False, True, [])


def test_a_change_deep_in_a_long_text_is_found():
    old = [str(number) for number in range(200_000)]
    new = [*old[:150_000], "here", *old[150_000:]]
    found = diff("\n".join(old), "\n".join(new))
    assert [line.text for sign, line in found.unified() if sign == "+"] == ["here"]
    assert not found.cut
    assert found.blocks[0].count == 149_997
    assert found.blocks[0].new == [], "so many folded lines are not sent"


def test_much_is_cut_and_says_so_within_a_moment():
    old = [f"old {n % 7}" for n in range(40_000)]
    started = time.perf_counter()
    found = diff("\n".join(old), "\n".join(old[::-1]) + "\nx")
    assert time.perf_counter() - started < 5
    assert found.cut
    lines = ["x"] * 5_000
    assert len(diff("", "\n".join(lines)).blocks[0].new) == SHOWN


def test_a_line_without_end_is_cut_but_not_what_changed_in_it():
    assert len(diff("", "x" * 3_000_000).blocks[0].new[0].text) == WIDTH + 1
    old = "word " * 600_000
    new = f"{old[:1_500_000]}HERE {old[1_500_000:]}"
    assert marks(old, new) == ["HERE "]
    assert all(len(line.text) < WIDTH for _, line in diff(old, new).unified() if line)


def test_words_are_marked_inside_changed_lines():
    assert marks("It opens at six each day.\n", "It opens at seven every day.\n") == [
        "six each", "seven every",
    ]  # fmt: skip


def test_a_paragraph_that_was_only_wrapped_anew_has_no_marked_words():
    old, new = "one two three\nfour five six\n", "one two three four\nfive six\n"
    assert [mark for mark in marks(old, new) if mark.strip()] == []


def test_lines_that_share_next_to_nothing_are_not_marked():
    assert marks("None of it\n", "Something else entirely\n") == []


def test_the_words_that_differ_are_marked_unless_all_do():
    assert lacking("It is red.", "It is green.")[0] == [
        ("It is ", False), ("red", True), (".", False),
    ]  # fmt: skip
    assert lacking("None of it.", "Something else entirely")[0] == [("None of it.", False)]
    assert lacking("", "x") == ([("", False)], [("x", False)])


@given(TEXTS, TEXTS)
def test_what_is_shown_holds_both_texts(old, new):
    found = diff(old, new)
    if found.same or found.endings:
        assert lines_of(old) == lines_of(new)
        return
    for side, text in (("old", old), ("new", new)):
        lines = [line for block in found.blocks for line in getattr(block, side)]
        assert [line.text for line in lines] == lines_of(text)
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
