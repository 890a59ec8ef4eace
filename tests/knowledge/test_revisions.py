import hashlib

import pytest

from knowledge import deleting, revisions, snapshot
from knowledge.errors import (
    DocumentNotFound,
    InvalidPath,
    NotText,
    PathTaken,
    RevisionNotFound,
    StaleRevision,
    TooLarge,
)
from knowledge.models import Document, Revision
from knowledge.signals import knowledge_changed

pytestmark = pytest.mark.django_db


def save(path, body, **more):
    return revisions.save(path, body, **{"actor": "alice", "door": "api", **more})


def test_it_numbers_the_revisions_of_a_document():
    assert [save("a.md", body).revision.number for body in "xyz"] == [1, 2, 3]
    assert save("b.md", "x").revision.number == 1


def test_the_same_text_makes_no_revision():
    first = save("a.md", "x")
    again = save("a.md", "x", actor="bob")
    assert (first.created, first.changed) == (True, True)
    assert (again.created, again.changed) == (False, False)
    assert again.revision == first.revision


def test_it_says_who_saved_what_when_and_where():
    save("ops/intro.md", "# Intro\n")
    found = revisions.get("ops/intro.md")
    assert (found.title, found.saved_by, found.door) == ("Intro", "alice", "api")
    assert found.sha256 == hashlib.sha256(b"# Intro\n").hexdigest()


def test_a_stale_save_is_told_what_happened():
    save("a.md", "x")
    save("a.md", "y", actor="bob")
    with pytest.raises(StaleRevision, match="revision 2, saved by bob"):
        save("a.md", "z", expected=1)
    assert revisions.get("a.md").body == "y"


def test_a_stale_save_is_refused_even_when_the_text_is_the_same():
    save("a.md", "x")
    save("a.md", "y")
    with pytest.raises(StaleRevision):
        save("a.md", "y", expected=1)


def test_expecting_none_refuses_what_exists():
    save("a.md", "x", expected=0)
    with pytest.raises(StaleRevision):
        save("a.md", "y", expected=0)


def test_a_deleted_document_is_stale_for_who_was_editing_it():
    save("a.md", "x")
    revisions.delete("a.md", actor="bob", door="api")
    with pytest.raises(StaleRevision, match="deleted"):
        save("a.md", "z", expected=1)


def test_deletion_is_in_the_history_and_the_numbers_go_on():
    save("a.md", "x")
    revisions.delete("a.md", actor="bob", door="admin")
    with pytest.raises(DocumentNotFound):
        revisions.get("a.md")
    assert save("a.md", "x").created
    history = revisions.history("a.md")
    assert [(each.number, each.deleted, each.saved_by) for each in history] == [
        (3, False, "alice"),
        (2, True, "bob"),
        (1, False, "alice"),
    ]
    assert revisions.at("a.md", 1).body == "x"
    with pytest.raises(RevisionNotFound):
        revisions.at("a.md", 2)
    assert Document.objects.count() == 1


def test_it_deletes_only_what_is_there():
    with pytest.raises(DocumentNotFound):
        revisions.delete("a.md", actor="alice", door="api")


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("../a.md", "x", InvalidPath),
        ("a.md", "a\0b", NotText),
        ("a.md", "\ud800", NotText),
        ("a.md", "x" * 11, TooLarge),
    ],
)
def test_a_refused_save_leaves_nothing(path, body, error, settings):
    settings.MAX_DOCUMENT_BYTES = 10
    with pytest.raises(error):
        save(path, body)
    assert not Document.objects.exists()


def test_no_document_is_inside_another():
    save("a.md", "x")
    with pytest.raises(PathTaken):
        save("a.md/b.md", "x")
    save("c.md/d.md", "x")
    with pytest.raises(PathTaken):
        save("c.md", "x")
    save("C.md", "x")
    revisions.delete("a.md", actor="alice", door="api")
    save("a.md/b.md", "x")


def test_a_form_takes_the_newlines_that_were_there():
    save("a.md", "one\ntwo\n")
    assert not save("a.md", "one\r\ntwo\r\n", door="admin").changed
    assert save("a.md", "one\r\n2\r\n", door="admin").revision.body == "one\n2\n"
    assert save("a.md", "one\r\n2\r\n", door="api").changed


def test_a_new_text_settles_a_conflict():
    saved = save("a.md", "x").revision
    Document.objects.update(conflict=saved)
    save("a.md", "y")
    assert Document.objects.get().conflict is None


def test_it_tells_of_each_change_once_after_the_commit(django_capture_on_commit_callbacks):
    heard = []

    def hear(**kwargs):
        heard.append(Revision.objects.count())

    knowledge_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            save("a.md", "x")
            assert not heard
        with django_capture_on_commit_callbacks(execute=True):
            save("a.md", "x")
        with django_capture_on_commit_callbacks(execute=True):
            save("b.md", "x")
        with django_capture_on_commit_callbacks(execute=True):
            deleting.delete_all(Document.objects.all(), actor="alice", door="admin")
    finally:
        knowledge_changed.disconnect(hear)
    assert heard == [1, 2, 4]


def test_a_snapshot_is_what_is_live():
    save("b.md", "x")
    save("a.md", "y")
    save("c.md", "z")
    revisions.delete("c.md", actor="alice", door="api")
    taken = snapshot.take()
    assert {path: number for path, (number, _) in taken.revisions.items()} == {"a.md": 1, "b.md": 1}


def test_a_snapshot_keeps_its_texts_whatever_is_saved_later():
    save("a.md", "old")
    taken = snapshot.take()
    save("a.md", "new")
    assert taken.bodies(["a.md"])["a.md"].body == "old"
    assert snapshot.take().bodies(["a.md"])["a.md"].number == 2


def test_a_digest_changes_with_path_number_and_text_only():
    save("a.md", "x")
    first = snapshot.take().digest
    assert snapshot.take().digest == first
    save("a.md", "y")
    second = snapshot.take().digest
    save("a.md", "x")
    assert len({first, second, snapshot.take().digest}) == 3
    assert snapshot.digest_of({"b": (1, "s"), "a": (1, "s")}) == snapshot.digest_of(
        {"a": (1, "s"), "b": (1, "s")}
    )
