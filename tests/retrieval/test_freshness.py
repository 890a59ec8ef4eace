from datetime import date

import pytest

from retrieval import freshness
from retrieval.freshness import NOT_A_DAY, NOT_A_NAME, UNREADABLE, Freshness
from retrieval.markdown import title

DAY = date(2026, 11, 10)


def read(front, rest="# A\n"):
    return freshness.read(f"---\n{front}\n---\n{rest}")


@pytest.mark.parametrize(
    ("front", "found"),
    [
        ("review_by: 2026-11-10\nowner: Team Ops", Freshness(DAY, "Team Ops")),
        ("review_by: '2026-11-10'", Freshness(DAY)),
        ("review_by: 2026-11-10 09:30:00", Freshness(DAY)),
        ("owner: '  two\n  lines '", Freshness(owner="two lines")),
        ("review_by:\nowner:", Freshness()),
        ("title: Who is the owner?", Freshness()),
    ],
)
def test_it_reads_the_day_and_the_owner(front, found):
    assert read(front) == found


@pytest.mark.parametrize(
    ("front", "problems"),
    [
        ("review_by: 10/11/2026", (NOT_A_DAY,)),
        ("review_by: '2026-02-30'", (NOT_A_DAY,)),
        ("review_by: 20261110\nowner: [a, b]", (NOT_A_DAY, NOT_A_NAME)),
        ("review_by: 2026-02-30", (UNREADABLE,)),
        ("owner: a: b", (UNREADABLE,)),
        ("a: &a [owner]\nb: *a", (UNREADABLE,)),
        (f"owner: {'x' * 30_000}", ()),  # too long to be front matter that counts
    ],
)
def test_it_tells_what_does_not_count(front, problems):
    assert read(front) == Freshness(problems=problems)


def test_it_reads_nothing_without_front_matter():
    assert freshness.read("The owner: me\nreview_by: 2026-11-10\n") == Freshness()


def test_what_it_keeps_has_a_bound_and_fits_any_database():
    assert read(f"owner: {'é' * 1000}").owner == "é" * 150
    assert read(r'owner: "a\0b\ud800"').owner == "a b\ufffd"


def test_a_day_is_overdue_once_it_is_past():
    assert not Freshness(DAY).is_overdue(DAY)
    assert Freshness(DAY).is_overdue(date(2026, 11, 11))
    assert not Freshness().is_overdue(DAY)


def test_a_number_too_large_to_write_out_is_no_title():
    assert title(f"---\ntitle: 0x{'F' * 5000}\n---\n# Real\n", "a.md") == "Real"
