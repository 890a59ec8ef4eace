"""What vanished at once waits for a person, who says whether it is meant."""

import shutil

import pytest

from builder import edits
from knowledge import revisions, sync
from knowledge.errors import CannotConfirm, PauseChanged
from knowledge.models import FolderSync, Place

pytestmark = pytest.mark.django_db

NAMES = [f"{number:02}.md" for number in range(30)]


@pytest.fixture
def full(folder):
    for name in NAMES:
        (folder / name).write_text(name)
    sync.reconcile_folder()
    return folder


def save(path, body):
    return revisions.save(path, body, actor="alice", door="api").revision


def names(folder):
    return sorted(path.name for path in folder.glob("*.md"))


def lose(folder, count=12):
    for name in NAMES[:count]:
        (folder / name).unlink()
    assert sync.reconcile_folder().paused
    return FolderSync.objects.get()


def live():
    return sorted(revisions.live().values_list("path", flat=True))


def test_a_pause_tells_what_vanished(full):
    told = lose(full)
    assert (told.vanished, told.vanished_count) == (NAMES[:12], 12)
    assert sync.compare_folder().paused["vanished"] == 12
    first = told.vanished_sum
    (full / NAMES[12]).unlink()
    sync.reconcile_folder()
    told.refresh_from_db()
    assert told.vanished_count == 13
    assert told.vanished_sum not in ("", first)


def test_it_names_a_bounded_number_of_them(folder, monkeypatch):
    monkeypatch.setattr(sync, "LISTED", 3)
    for name in NAMES:
        (folder / name).write_text(name)
    sync.reconcile_folder()
    told = lose(folder)
    assert (len(told.vanished), told.vanished_count) == (3, 12)


def test_who_believes_the_folder_deletes_under_their_name(full):
    told = lose(full)
    report = sync.confirm("delete", actor="anna", seen=told.vanished_sum)
    assert (report.taken, report.paused) == (12, "")
    assert live() == NAMES[12:]
    deletion = revisions.history(NAMES[0])[0]
    assert (deletion.deleted, deletion.saved_by, deletion.door) == (True, "anna (folder)", "folder")
    assert all(edit.is_a_persons for edit in edits.latest(NAMES[:12]))
    told.refresh_from_db()
    assert (told.paused_reason, told.vanished, told.vanished_sum) == ("", [], "")


def test_what_the_folder_deletes_by_itself_is_no_persons_act(full):
    (full / NAMES[0]).unlink()
    sync.reconcile_folder()
    assert [edit.is_a_persons for edit in edits.latest(NAMES[:1])] == [False]


def test_who_restores_gets_the_files_back_as_the_database_has_them(full):
    told = lose(full)
    save(NAMES[0], "edited while it was paused")
    sync.reconcile_folder()
    told.refresh_from_db()
    report = sync.confirm("restore", actor="anna", seen=told.vanished_sum)
    assert (report.written, report.taken, report.paused) == (12, 0, "")
    assert names(full) == NAMES
    assert (full / NAMES[0]).read_text() == "edited while it was paused"
    assert sync.compare_folder().in_sync


@pytest.mark.parametrize("kind", ["delete", "restore"])
def test_nothing_is_done_for_who_saw_something_else(full, kind):
    told = lose(full)
    save(NAMES[3], "edited meanwhile, so that it is no longer to be deleted")
    with pytest.raises(PauseChanged):
        sync.confirm(kind, actor="anna", seen=told.vanished_sum)
    with pytest.raises(PauseChanged):
        sync.confirm(kind, actor="anna", seen="")
    assert live() == NAMES
    assert names(full) == NAMES[12:]


def test_there_is_nothing_to_confirm_without_a_pause(full):
    with pytest.raises(PauseChanged):
        sync.confirm("delete", actor="anna", seen="")


@pytest.mark.parametrize("how", ["missing", "empty"])
@pytest.mark.parametrize(("kind", "left"), [("delete", []), ("restore", NAMES)])
def test_a_missing_folder_is_made_again(full, how, kind, left):
    """Edited or not: what was edited meanwhile is written, whatever is said of the others."""
    shutil.rmtree(full)
    if how == "empty":
        full.mkdir()
    save("00.md", "edited")
    sync.reconcile_folder()
    seen = FolderSync.objects.get().vanished_sum
    assert not sync.confirm(kind, actor="anna", seen=seen).paused
    assert names(full) == sorted({"00.md", *left})
    assert live() == names(full)
    assert sync.compare_folder().in_sync


def test_a_crash_in_the_middle_of_a_restore_deletes_nothing(full, monkeypatch):
    """Five of twelve files are back; the seven that are still gone are fewer than a pause takes."""
    told = lose(full)
    put, done = sync._put, []

    def crashing(*args):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(1)
        return put(*args)

    monkeypatch.setattr(sync, "_put", crashing)
    with pytest.raises(KeyboardInterrupt):
        sync.confirm("restore", actor="anna", seen=told.vanished_sum)
    monkeypatch.undo()
    sync.reconcile_folder()
    assert names(full) == NAMES == live()


def test_a_folder_that_cannot_be_read_cannot_be_confirmed(full, tmp_path):
    full.rename(tmp_path / "aside")
    full.write_text("not a folder")
    sync.reconcile_folder()
    told = FolderSync.objects.get()
    assert told.paused_reason
    assert (told.vanished_sum, told.vanished_count) == ("", 0)
    for kind in ("delete", "restore"):
        with pytest.raises(CannotConfirm):
            sync.confirm(kind, actor="anna", seen="")


def test_a_hint_does_not_write_into_a_folder_that_was_just_emptied(folder):
    """Before any scan saw that five files are gone, a save hints at a new one.

    Written into the empty folder, it would make it one that lost four of six: believed.
    """
    for name in NAMES[:5]:
        (folder / name).write_text(name)
    sync.reconcile_folder()
    for name in NAMES[:5]:
        (folder / name).unlink()
    save("new.md", "saved through the API")
    sync.reconcile_folder(["new.md"])
    assert names(folder) == []
    assert live() == [*NAMES[:5], "new.md"]
    save("00.md", "edited through the API")
    sync.reconcile_folder(["00.md"])
    assert FolderSync.objects.get().paused_reason
    assert names(folder) == []


def test_places_forget_only_what_is_gone(full):
    told = lose(full)
    sync.confirm("restore", actor="anna", seen=told.vanished_sum)
    assert not Place.objects.filter(sha256="").exists()
