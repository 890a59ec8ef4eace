"""A snapshot that is told from the changes since the last is the one that is read anew."""

import random

import pytest

from knowledge import quarantine, revisions, snapshot
from knowledge.models import Document

pytestmark = pytest.mark.django_db

PATHS = [f"{name}.md" for name in "abcdefgh"]


def save(path, body):
    return revisions.save(path, body, actor="alice", door="api").revision


def test_nothing_is_read_anew_while_nothing_changed(django_assert_num_queries):
    save("a.md", "x")
    taken = snapshot.take()
    with django_assert_num_queries(3):
        assert snapshot.take() is taken


def test_after_any_changes_it_is_what_the_documents_hold():
    """Random saves, deletions, returns and quarantines, one to five between two looks."""
    chance = random.Random(7)
    for turn in range(120):
        for _ in range(chance.randint(1, 5)):
            _change(chance, turn)
        taken, read = snapshot.take(), snapshot._whole()
        assert (taken.revisions, taken.digest, taken.ids) == (read.revisions, read.digest, read.ids)


def _change(chance, turn):
    path = chance.choice(PATHS)
    act = chance.choice(["save", "save", "save", "delete", "quarantine", "release"])
    if act == "save":
        save(path, f"{turn}-{chance.random()}")
    elif act == "delete" and revisions.is_live(path):
        revisions.delete(path, actor="alice", door="api")
    elif act == "quarantine" and turn % 10 == 0 and Document.objects.filter(path=path).exists():
        quarantine.place({path: None}, actor="alice", reason="")
    elif act == "release":
        for each in list(quarantine.open_ones()):
            quarantine.release(each.document.path, actor="alice")


def test_a_change_that_the_marks_do_not_explain_is_read_anew():
    """A row that was set by hand, in a database console, without a new revision."""
    first, second = save("a.md", "one"), save("a.md", "two")
    taken = snapshot.take()
    Document.objects.filter(path="a.md").update(revision=first)
    assert snapshot.take().revisions == {"a.md": (first.number, first.sha256)}
    assert taken.revisions == {"a.md": (second.number, second.sha256)}


def test_more_changes_than_are_followed_are_read_anew(monkeypatch):
    monkeypatch.setattr(snapshot, "MOST_TOUCHED", 3)
    save("a.md", "x")
    snapshot.take()
    for path in PATHS:
        save(path, "y")
    assert set(snapshot.take().revisions) == set(PATHS)
