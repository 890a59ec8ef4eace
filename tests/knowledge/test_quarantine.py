"""Quarantine: served as it was, edited as ever, gone when it is deleted."""

import logging

import pytest

from knowledge import quarantine, revisions, snapshot, sync
from knowledge.errors import NotQuarantined, RevisionForgotten
from knowledge.models import Quarantine
from knowledge.signals import knowledge_changed

pytestmark = pytest.mark.django_db


def save(path, body):
    saved = revisions.save(path, body, actor="alice", door="api").revision
    return saved.number, saved.sha256


def place(path, earlier, actor="alice"):
    return quarantine.place({path: earlier}, actor=actor, reason="wrong answer")


def served():
    taken = snapshot.take()
    return {path: row.body for path, row in taken.bodies(taken.revisions).items()}


@pytest.fixture
def good():
    """a.md was good at its first revision, and is bad at its second; b.md is another."""
    first = save("a.md", "good")
    save("a.md", "bad")
    save("b.md", "other")
    return first


def test_it_is_served_as_it_was_whatever_is_saved_since(good):
    place("a.md", good)
    assert served() == {"a.md": "good", "b.md": "other"}
    save("a.md", "another try")
    save("b.md", "edited")
    assert served() == {"a.md": "good", "b.md": "edited"}
    assert revisions.get("a.md").body == "another try"


def test_a_document_that_was_not_there_is_left_out(good):
    place("b.md", None)
    assert served() == {"a.md": "bad"}
    assert set(snapshot.live().revisions) == {"a.md", "b.md"}


def test_a_deletion_that_is_to_blame_is_not_served(good):
    revisions.delete("a.md", actor="bob", door="api")
    place("a.md", good)
    assert served() == {"a.md": "good", "b.md": "other"}


def test_the_digest_follows(good):
    before = snapshot.take().digest
    place("a.md", good)
    assert snapshot.take().digest != before == snapshot.live().digest
    quarantine.release("a.md", actor="bob")
    assert snapshot.take().digest == before


def test_release_serves_the_live_revision_and_tells_who_builds(
    good, django_capture_on_commit_callbacks
):
    place("a.md", good)
    heard = []

    def listen(sender, **_):
        heard.append(sender)

    knowledge_changed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        released = quarantine.release("a.md", actor="bob")
    knowledge_changed.disconnect(listen)
    assert served()["a.md"] == "bad"
    assert (released.released_by, bool(released.released_at), len(heard)) == ("bob", True, 1)
    assert not quarantine.open_ones()


def test_only_the_first_of_two_releases(good):
    place("a.md", good)
    quarantine.release("a.md", actor="bob")
    with pytest.raises(NotQuarantined, match=r"'a\.md' is not in quarantine"):
        quarantine.release("a.md", actor="carol")
    assert Quarantine.objects.get().released_by == "bob"


def test_who_was_first_stays_when_the_same_is_placed_again(good):
    place("a.md", good)
    place("a.md", good, actor="bob")
    assert [each.placed_by for each in Quarantine.objects.all()] == ["alice"]


def test_another_revision_takes_the_place_of_the_one_before(good):
    place("a.md", good)
    place("a.md", None, actor="bob")
    assert served() == {"b.md": "other"}
    history = Quarantine.objects.order_by("id").values_list("placed_by", "released_by")
    assert list(history) == [("alice", "bob"), ("bob", "")]


@pytest.mark.parametrize("earlier", [(1, "0" * 64), (7, "0" * 64)])
def test_a_revision_that_is_no_longer_known_is_refused_and_nothing_changes(good, earlier):
    with pytest.raises(RevisionForgotten, match=r"Revision \d of 'a\.md' is not known"):
        quarantine.place({"b.md": None, "a.md": earlier}, actor="alice", reason="")
    assert not Quarantine.objects.exists()


def test_a_document_that_is_no_longer_known_is_refused(good):
    with pytest.raises(RevisionForgotten, match=r"'c\.md' is not known here any more"):
        place("c.md", None)


def test_a_deletion_by_a_person_is_served_and_ends_the_quarantine(good, caplog):
    caplog.set_level(logging.WARNING, "knowledge")
    place("a.md", good)
    revisions.delete("a.md", actor="bob", door="admin")
    assert served() == {"b.md": "other"}
    assert Quarantine.objects.get().released_by == "bob"
    assert "a.md was in quarantine: its deletion by bob ended that." in caplog.text
    save("a.md", "written anew")
    assert served()["a.md"] == "written anew"


def test_a_deletion_in_the_folder_too(good, folder):
    sync.reconcile_folder()
    place("a.md", good)
    place("b.md", None)
    (folder / "a.md").unlink()
    sync.reconcile_folder()
    assert served() == {}
    assert [each.document.path for each in quarantine.open_ones()] == ["b.md"]


def test_the_folder_holds_the_live_text_and_takes_edits_as_ever(good, folder):
    place("a.md", good)
    sync.reconcile_folder()
    assert (folder / "a.md").read_text() == "bad"
    (folder / "a.md").write_text("typed in the folder")
    sync.reconcile_folder()
    assert revisions.get("a.md").body == "typed in the folder"
    assert served()["a.md"] == "good"
