"""`manage.py bisect`, over versions that real backends answer from."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from knowledge import revisions

QUESTION = "When do backups of the orders database start?"
BACKUPS = "# Backups\n\nBackups of the orders database start at {0}.\n"
NOISE = "# Paging {0}\n\nThe secondary engineer is paged after {0} minutes.\n"


@pytest.fixture
def history(place, db):
    """Four versions say 02:15, the fifth and sixth 04:40; paging changes always."""
    numbers = []
    for turn, time in enumerate(["02:15"] * 4 + ["04:40"] * 2):
        documents = {"ops/backups.md": BACKUPS.format(time), "ops/paging.md": NOISE.format(turn)}
        numbers.append(place.publish(documents).number)
    return numbers


def bisect(*options, question=QUESTION):
    """What it says, and its exit status."""
    out = StringIO()
    try:
        call_command("bisect", question, *options, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    except CommandError as error:
        return out.getvalue() + str(error), error.returncode
    return out.getvalue(), 0


def asked(said):
    return [int(line.split()[0][1:]) for line in said.splitlines() if line[:1] == "#" and (
        " good" in line[:20] or " bad" in line[:20]) and " was the last" not in line]  # fmt: skip


def test_it_finds_the_version_and_the_edit(history):
    said, status = bisect("--must-contain", "02:15")
    assert status == 0, said
    assert asked(said) == history[:2:-1]
    good, bad = history[3], history[4]
    assert f"#{good} was the last good, #{bad} the first bad: changed by" in said
    first, second = said.splitlines()[-2:]
    assert first.strip().startswith("ops/backups.md (edited; revision 2 by")
    assert "through the door folder at 20" in first
    assert first.endswith("← this one did it")
    assert "ops/paging.md" in second


def test_by_halves_between_two_that_are_known(history):
    said, status = bisect("--must-not-contain", "04:40", "--good", str(history[0]), "--bad",
                          str(history[5]))  # fmt: skip
    assert status == 0, said
    assert len(asked(said)) == 4, "two ends and two between, of six"
    assert f"#{history[3]} was the last good, #{history[4]} the first bad" in said
    said, status = bisect("--must-contain", "02:15", "--good", str(history[4]), "--bad",
                          str(history[5]))  # fmt: skip
    assert status == 1
    assert "it is not so" in said


def test_a_document_that_was_deleted(history, place):
    place.remove("ops/backups.md")
    gone = place.publish().number
    said, status = bisect("--must-cite", "ops/backups.md")
    assert status == 0, said
    assert f"#{history[5]} was the last good, #{gone} the first bad" in said
    assert "ops/backups.md (removed; revision 3 by" in said


def test_whoever_did_it_is_named_whole(history, place):
    revisions.save(
        "ops/backups.md", BACKUPS.format("06:00"), actor="alice, told to by bob", door="api"
    )
    place.publish()
    said, status = bisect("--must-contain", "04:40")
    assert status == 0, said
    assert "the first bad: changed by alice, told to by bob through the door api at 20" in said


def test_what_was_never_so_or_always(history):
    said, status = bisect("--must-contain", "17:00")
    assert (status, "Never good" in said) == (1, True)
    said, status = bisect("--must-contain", "orders database")
    assert (status, "Always good" in said) == (1, True)
    said, status = bisect("--must-contain", "04:40")
    assert (status, "nothing is broken now" in said) == (1, True)


def test_what_makes_no_sense_is_told(history, settings):
    said, status = bisect()
    assert (status, "--must-contain" in said) == (2, True)
    said, status = bisect("--must-contain", "x", "--good", "999999999")
    assert (status, "#999999999 is not kept" in said) == (2, True)
    settings.BACKEND_URLS = dict.fromkeys(settings.BACKEND_URLS, "http://127.0.0.1:1")
    said, status = bisect("--must-contain", "x")
    assert (status, "Neither backend answers" in said) == (2, True)


def test_nothing_is_kept(place):
    said, status = bisect("--must-contain", "x")
    assert (status, "No version is kept" in said) == (2, True)
