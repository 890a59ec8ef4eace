"""Differences between texts: what is shown, and where it stops."""

import time

from routing import differences, text_diffs
from routing.answers import lacking
from tests.routing.indices import write_version


def shown(old, new):
    lines, cut = text_diffs.diff(old.splitlines(), new.splitlines())
    return [f"{line.sign}{line.text}" for line in lines], cut


def test_a_change_is_shown_with_its_context():
    old = "1\n2\n3\n4\n5\n6\n7\n"
    assert shown(old, old.replace("4", "four")) == (
        ["⋯", " 2", " 3", "−4", "+four", " 5", " 6", "⋯"], False,
    )  # fmt: skip


def test_a_new_and_a_deleted_text_are_shown_whole():
    assert shown("", "a\nb\n") == (["+a", "+b"], False)
    assert shown("a\nb\n", "") == (["−a", "−b"], False)
    assert shown("", "") == ([], False)
    assert shown("a\na\n", "a\na\na\n") == ([" a", " a", "+a"], False)


def test_a_change_deep_in_a_long_text_is_found():
    old = [str(number) for number in range(200_000)]
    new = [*old[:150_000], "here", *old[150_000:]]
    lines, cut = text_diffs.diff(old, new)
    assert [line.text for line in lines if line.kind == "new"] == ["here"]
    assert not cut


def test_much_is_cut_and_says_so_within_a_moment():
    old, new = (f"{word} {n % 7}" for word in ("old", "new") for n in range(40_000)), []
    old = list(old)
    new = old[::-1]
    started = time.perf_counter()
    lines, cut = text_diffs.diff(old, new)
    assert time.perf_counter() - started < 5
    assert cut
    assert len(lines) == text_diffs.SHOWN


def test_a_line_without_end_is_cut():
    lines, _cut = text_diffs.diff([], ["x" * 3_000_000])
    assert len(lines[0].text) == text_diffs.WIDTH + 1


def test_the_texts_of_two_versions_are_compared(layout):
    write_version(layout, 1, {"a.md": "# A\n\nred\n", "b.md": "# B\n"})
    write_version(layout, 2, {"a.md": "# A\n\ngreen\n", "c.md": "# C\n"})
    found = differences.between(1, 2)
    diffs = {diff.path: diff for diff in text_diffs.between(1, 2, found)}
    assert [(path, diff.kind) for path, diff in diffs.items()] == [
        ("a.md", "changed"), ("c.md", "added"), ("b.md", "removed"),
    ]  # fmt: skip
    assert (diffs["a.md"].added, diffs["a.md"].removed) == (1, 1)
    assert text_diffs.between(1, 3, found) == []


def test_the_words_that_differ_are_marked_unless_all_do():
    assert lacking("It is red.", "It is green.") == [("It is ", False), ("red.", True)]
    assert lacking("None of it.", "Something else entirely") == [("None of it.", False)]
    assert lacking("", "x") == [("", False)]
