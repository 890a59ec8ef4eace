"""Knowledge that vanishes by itself is not served away; what a person takes away is."""

import pytest
from django.utils import timezone

from builder import shrinking, wanted
from builder.reconcile import reconcile
from knowledge import batches, bulk, revisions
from knowledge.models import Document, FolderSync, Quarantine, Revision
from retrieval.index import Index
from tests.builder.place import check

PATHS = [f"notes/{number:02}.md" for number in range(18)]


@pytest.fixture
def full(place):
    place.publish({path: f"# Note {path}\n\nThe {path} is about word{path[6:8]}.\n"
                   for path in PATHS})  # fmt: skip
    return place


def forget(paths):
    """The rows vanish from the database, as when it is restored from an older copy."""
    Document.objects.filter(path__in=paths).update(revision=None)


def test_many_losses_one_after_the_other_are_refused(full):
    """Each is small enough for the folder's sync; together, under what is served, they are not."""
    served = full.active()
    for path in PATHS[:10]:
        revisions.delete(path, actor="folder", door="folder")
    reconcile()
    rejected = full.newest()
    assert rejected.state == "rejected"
    assert full.active() == served
    report = check(rejected, "not_shrunk")
    assert (report["measured"], report["threshold"]) == (10, 9)
    assert PATHS[0] in report["examples"]
    assert "10 of 18 served documents are gone" in rejected.reason


def test_what_a_person_deletes_goes(full):
    for path in PATHS:
        revisions.delete(path, actor="alice", door="admin")
    reconcile()
    assert full.active().documents == 0
    assert full.active() == full.newest()


def test_a_deletion_in_the_background_pauses_nothing_and_is_served_also_half_way(full, monkeypatch):
    """The folder is compared, and a version built, between two batches of one click."""
    monkeypatch.setattr(batches, "BATCH", 6)
    seen = dict(Document.objects.filter(path__in=PATHS[:13]).values_list("pk", "revision__number"))
    action = bulk.delete(seen, actor="alice")
    for left in (12, 6, 5):
        batches.go_on(bulk.KIND, action, batches=1)
        reconcile()
        assert full.active().documents == left
        assert len(list(full.folder.rglob("*.md"))) == left
        assert not FolderSync.objects.get().paused_reason
    assert batches.go_on(bulk.KIND, action)
    assert check(full.active(), "not_shrunk")["passed"]


def test_few_may_go_by_themselves(full):
    for path in PATHS[:9]:
        revisions.delete(path, actor="folder", door="folder")
    reconcile()
    assert full.active().documents == 9


def test_a_moved_folder_is_not_gone(full):
    bodies = {path: (full.folder / path).read_text() for path in PATHS}
    for path in PATHS:
        full.remove(path)
    moved = full.publish({path.replace("notes", "moved"): body for path, body in bodies.items()})
    assert moved.documents == len(PATHS)
    assert check(moved, "not_shrunk")["measured"] == 0


def test_rows_that_vanished_from_the_database_are_no_act_of_anyone(full):
    served = Index.open(wanted.layout(), full.active().number)
    forget(PATHS[:12])
    assert Revision.objects.filter(deleted=True).count() == 0
    found = shrinking.check(wanted.now(), served, PATHS[:12])
    # Their last revision came through the folder's door, and so did nobody's deletion.
    assert not found.passed
    assert found.measured == 12


def test_a_quarantine_is_an_act_of_a_person(full):
    served = Index.open(wanted.layout(), full.active().number)
    for document in Document.objects.filter(path__in=PATHS[:12]):
        Quarantine.objects.create(document=document, placed_by="alice", placed_at=timezone.now())
    goal = wanted.now()
    assert shrinking.check(goal, served, PATHS[:12]).measured == 0
