"""A burst of documents is written ahead of its build, and no edit waits for it."""

import shutil

import pytest

from builder import ahead, burst, changeover, collection, documents, steps
from builder.reconcile import reconcile
from builder.tasks import write_ahead
from builder.wanted import layout
from knowledge import revisions
from knowledge.models import Document
from retrieval.files import Locked, locked
from retrieval.index import Index
from routing import activation
from tests.builder.place import check
from tests.builder.test_reconcile import DISK, NODE

BURST = {f"burst/{number:02}.md": f"# Burst {number}\n\nIt tells of word{number:02}.\n"
         for number in range(8)}  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(ahead, "MANY", 8)


@pytest.fixture
def begun(place):
    """Something is served, a burst has come, and its writing is noted but not done."""
    burst.remove()  # an earlier test's
    place.publish({"disk.md": DISK})
    served = place.active()
    assert place.publish(BURST) == served
    return place


def paths(version):
    return set(Index.open(layout(), version.number).revisions())


def test_an_edit_that_comes_while_a_burst_is_written_is_served_before_it(begun):
    edited = begun.publish({"node.md": NODE})
    assert paths(edited) == {"disk.md", "node.md"}
    assert begun.search("kubelet") == ["node.md"]
    assert begun.search("word03") == []
    write_ahead()
    reconcile()
    whole = begun.active()
    assert paths(whole) == {"disk.md", "node.md", *BURST}
    assert begun.search("word03") == ["burst/03.md"]
    assert whole.digest == changeover.goal().digest
    assert check(whole, "insertion")["passed"]


def test_what_was_written_ahead_is_not_split_again(begun, monkeypatch):
    write_ahead()
    split = []
    monkeypatch.setattr(
        documents, "from_snapshot", lambda snapshot, paths, report: split.append(list(paths)) or []
    )
    reconcile()
    assert split == [[]]
    assert paths(begun.active()) == {"disk.md", *BURST}
    reconcile()
    assert burst.read() is None, "it has done its service"


def test_a_burst_is_forgotten_under_the_build_lock_alone(begun, monkeypatch):
    """Who has given it back looks once more; another may begin the next burst at that moment."""
    write_ahead()
    taken, seen, following = burst.read(), [], steps.following

    def looked(**options):
        free = not is_building()
        if free:
            burst.write(taken)
        step = following(**options)
        if free:
            seen.append(burst.read())
        return step

    monkeypatch.setattr(steps, "following", looked)
    reconcile()
    assert seen == [taken]
    monkeypatch.undo()
    reconcile()
    assert burst.read() is None


def is_building():
    try:
        with locked(layout().build_lock, timeout=0):
            return False
    except Locked:
        return True


def test_a_document_that_changes_or_goes_while_it_is_written_is_as_it_was_left(begun):
    """Between the note and the writing, and between the writing and the build."""
    revisions.save("burst/00.md", "# Now\n\nOf another0.\n", actor="alice", door="api")
    reconcile()
    assert "burst/00.md" not in paths(begun.active()), "it comes with its burst"
    write_ahead()
    revisions.save("burst/01.md", "# Now\n\nOf another1.\n", actor="alice", door="api")
    revisions.delete("burst/02.md", actor="alice", door="api")
    reconcile()
    assert paths(begun.active()) == {"disk.md", *BURST} - {"burst/02.md"}
    for words, found in [("word00", []), ("word01", []), ("word02", []),
                         ("another0", ["burst/00.md"]), ("another1", ["burst/01.md"])]:  # fmt: skip
        assert begun.search(words) == found


def test_documents_that_move_together_stay_served_until_they_are_served_elsewhere(begun):
    write_ahead()
    reconcile()
    shutil.move(begun.folder / "burst", begun.folder / "moved")
    reconcile()
    assert begun.search("word03") == ["burst/03.md"]
    edited = begun.publish({"node.md": NODE})
    assert paths(edited) == {"disk.md", "node.md", *BURST}
    write_ahead()
    reconcile()
    assert begun.search("word03") == ["moved/03.md"]
    assert Document.objects.get(path="moved/03.md").revisions.count() == 2


def test_a_second_burst_waits_for_its_writing_alone(begun):
    write_ahead()
    later = {path.replace("burst", "later"): text for path, text in BURST.items()}
    assert paths(begun.publish(later)) == {"disk.md", *BURST}, "the first need not wait for it"
    write_ahead()
    reconcile()
    assert paths(begun.active()) == {"disk.md", *BURST, *later}


def test_a_writer_that_died_is_followed_by_another_and_one_at_work_is_not(begun, monkeypatch):
    monkeypatch.setattr(ahead, "TO_BEGIN", 0.0)
    assert ahead.is_due(changeover.goal())
    with locked(layout().ahead_lock):
        assert not ahead.is_due(changeover.goal())
        assert not ahead.work(changeover.goal())


def test_where_it_fails_the_build_does_it_and_says_what_fails(begun, monkeypatch, caplog):
    monkeypatch.setattr(ahead.pieces, "write", _full)
    write_ahead()
    assert "could not be written ahead" in caplog.text
    reconcile()
    failed = begun.newest()
    assert (failed.state, failed.documents) == ("failed", 0)
    assert "No space is left" in failed.reason
    monkeypatch.undo()
    monkeypatch.setattr("builder.patience.must_wait", lambda goal: False)
    reconcile()
    assert paths(begun.active()) == {"disk.md", *BURST}


def _full(*_):
    raise OSError(28, "No space left on device")


def test_collection_spares_what_waits_for_its_build(begun, settings):
    settings.COLLECT_GRACE_SECONDS = 0
    write_ahead()
    parts = burst.parts()
    collection.collect()
    assert parts
    assert all(layout().segment(part).is_dir() for part in parts)


def test_a_damaged_segment_of_it_is_written_again(begun):
    write_ahead()
    shutil.rmtree(layout().segment(burst.parts()[0]))
    reconcile()
    assert paths(begun.active()) == {"disk.md"}
    write_ahead()
    reconcile()
    assert paths(begun.active()) == {"disk.md", *BURST}


def test_a_rollback_is_not_undone_by_a_burst(begun):
    begun.publish({"node.md": NODE})
    activation.rollback(actor="carol", reason="wrong answer", door="api")
    write_ahead()
    reconcile()
    assert paths(begun.active()) == {"disk.md"}
    assert paths(begun.newest()) == {"disk.md", "node.md", *BURST}
    assert begun.newest().state == "ready"
