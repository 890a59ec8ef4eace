"""Both doors, on a real folder and a real database; what a crash or a late save leaves."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from knowledge import asides, comparison, deleting, intake, revisions, snapshot
from knowledge.errors import DocumentNotFound
from knowledge.merge import Act
from knowledge.models import Document, FolderSync, Place, Revision
from knowledge.sync import compare_folder, reconcile_folder

pytestmark = pytest.mark.django_db


def save(path, body, **more):
    return revisions.save(path, body, **{"actor": "alice", "door": "admin", **more}).revision


def texts():
    taken = snapshot.take()
    return {path: row.body for path, row in taken.bodies(taken.revisions).items()}


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in folder.rglob("*.md")
        if path.is_file()
    }


def reconciled(folder):
    report = reconcile_folder()
    assert compare_folder().in_sync
    assert texts() == files(folder)
    return report


def test_before_the_first_scan_nothing_is_in_step(folder):
    assert not compare_folder().in_sync
    reconcile_folder()
    assert compare_folder().in_sync


def test_a_new_file_becomes_a_document(folder):
    (folder / "ops").mkdir()
    (folder / "ops/a.md").write_bytes(b"\xef\xbb\xbf# A\r\n")
    assert reconciled(folder).taken == 1
    found = revisions.get("ops/a.md")
    assert (found.saved_by, found.door, found.body) == ("folder", "folder", "\ufeff# A\r\n")


def test_a_changed_file_becomes_a_revision_and_a_deleted_one_a_deletion(folder):
    (folder / "a.md").write_text("one")
    (folder / "b.md").write_text("one")
    reconciled(folder)
    (folder / "a.md").write_text("two")
    (folder / "b.md").unlink()
    assert not compare_folder().in_sync
    reconciled(folder)
    assert revisions.get("a.md").number == 2
    assert revisions.history("b.md")[0].deleted


def test_a_saved_document_is_written_with_its_folders(folder):
    save("x/y/a.md", "one\r\n", door="api")
    reconciled(folder)
    save("x/y/a.md", "two\r\n", door="api")
    reconciled(folder)
    revisions.delete("x/y/a.md", actor="alice", door="api")
    reconciled(folder)
    assert not files(folder)


def test_a_hint_spares_the_look_at_all_the_others(folder):
    for name in "ab":
        (folder / f"{name}.md").write_text("one")
    reconciled(folder)
    for name in "ab":
        (folder / f"{name}.md").write_text("two")
    assert reconcile_folder(["a.md"]).taken == 1
    assert [revisions.get(f"{name}.md").number for name in "ab"] == [2, 1]
    assert reconciled(folder).taken == 1


def test_a_hint_brings_out_what_was_saved_by_the_other_door(folder):
    save("sub/new.md", "saved")
    save("gone.md", "saved")
    reconciled(folder)
    save("sub/newer.md", "saved")
    revisions.delete("gone.md", actor="alice", door="api")
    assert reconcile_folder(["sub/newer.md", "gone.md"]).written == 2
    assert files(folder) == {"sub/new.md": "saved", "sub/newer.md": "saved"}


@pytest.mark.parametrize(
    "hinted", ["old.md", "link.md", "ü.md", "../x.md", "bad.md", "a/", "caf\udce9.md"]
)
def test_where_a_hint_does_not_tell_enough_the_whole_folder_is_scanned(folder, hinted):
    """A file that is gone may have moved; a link, a name in Unicode, no text: all for the scan."""
    (folder / "old.md").write_text("text")
    reconciled(folder)
    (folder / "old.md").rename(folder / "moved.md")
    (folder / "link.md").symlink_to("moved.md")
    (folder / "ü.md").write_text("x")
    (folder / "bad.md").write_bytes(b"\xff")
    (folder / "caf\udce9.md").write_text("a name that is not UTF-8")
    reconcile_folder([hinted])
    assert not revisions.is_live("old.md")
    assert revisions.get("moved.md").body == "text"
    assert "bad.md" in {item["path"] for item in compare_folder().rejected}


def test_a_hint_does_not_pass_by_a_pause(folder):
    for number in range(15):
        (folder / f"{number}.md").write_text("x")
    reconciled(folder)
    for number in range(14):
        (folder / f"{number}.md").unlink()
    assert reconcile_folder().paused
    (folder / "14.md").write_text("y")
    assert reconcile_folder(["14.md"]).paused
    assert revisions.get("14.md").body == "x"


def test_nothing_echoes(folder):
    save("a.md", "saved")
    (folder / "b.md").write_text("typed")
    reconciled(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.md")}
    for _ in range(3):
        report = reconciled(folder)
        assert (report.taken, report.written) == (0, 0)
    assert Revision.objects.count() == 2
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.md")} == before


def test_writing_keeps_the_mode_and_leaves_nothing_beside_the_file(folder):
    (folder / "a.md").write_text("one")
    (folder / "a.md").chmod(0o664)
    reconciled(folder)
    save("a.md", "two")
    reconciled(folder)
    assert (folder / "a.md").stat().st_mode & 0o777 == 0o664
    assert [path.name for path in folder.iterdir()] == ["a.md"]


def both_edited(folder, *, file_first):
    (folder / "a.md").write_text("base")
    reconciled(folder)
    if file_first:
        (folder / "a.md").write_text("typed")
        _wait_for_the_clock(folder / "probe.txt")
        save("a.md", "saved")
    else:
        save("a.md", "saved")
        _wait_for_the_clock(folder / "probe.txt")
        (folder / "a.md").write_text("typed")
    assert reconciled(folder).conflicts == 1


def _wait_for_the_clock(probe):
    """Until a file written now is later, also by the file system's coarse clock."""
    start = time.time_ns()
    while True:
        probe.write_text("")
        if probe.stat().st_mtime_ns > start:
            return


def test_in_a_conflict_a_later_file_is_live_and_the_save_is_kept(folder):
    both_edited(folder, file_first=False)
    assert texts() == {"a.md": "typed"}
    assert compare_folder().conflicts == [{"path": "a.md", "revision": 2}]
    assert revisions.at("a.md", 2).body == "saved"
    assert revisions.at("a.md", 2).conflict


def test_in_a_conflict_a_later_save_is_live_and_the_file_is_kept(folder):
    both_edited(folder, file_first=True)
    assert texts() == {"a.md": "saved"}
    assert compare_folder().conflicts == [{"path": "a.md", "revision": 3}]
    kept = revisions.at("a.md", 3)
    assert (kept.body, kept.conflict, kept.door) == ("typed", True, "folder")
    assert revisions.get("a.md").number == 2
    assert save("a.md", "settled").number == 4
    reconciled(folder)
    assert compare_folder().conflicts == []


def test_an_edit_beats_a_deletion_by_either_door(folder):
    for name in ("a.md", "b.md"):
        (folder / name).write_text("base")
    reconciled(folder)
    revisions.delete("a.md", actor="alice", door="admin")
    (folder / "a.md").write_text("typed")
    save("b.md", "saved")
    (folder / "b.md").unlink()
    reconciled(folder)
    assert texts() == {"a.md": "typed", "b.md": "saved"}


def test_both_changed_to_the_same_is_no_conflict(folder):
    (folder / "a.md").write_text("base")
    reconciled(folder)
    (folder / "a.md").write_text("same")
    save("a.md", "same")
    report = reconciled(folder)
    assert (report.taken, report.written, report.conflicts) == (0, 0, 0)


def test_atomic_saves_and_renames_come_out_right(folder):
    (folder / "a.md").write_text("base")
    (folder / "Case.md").write_text("case")
    reconciled(folder)
    (folder / "a.md.tmp").write_text("saved by rename")
    (folder / "a.md.tmp").rename(folder / "a.md")
    (folder / "Case.md").rename(folder / "case.md")
    (folder / "sub").mkdir()
    shutil.copytree(folder / "sub", folder / "moved")
    reconciled(folder)
    assert texts() == {"a.md": "saved by rename", "case.md": "case"}


def test_a_file_may_make_way_for_a_folder_and_back(folder):
    (folder / "a.md").write_text("file")
    reconciled(folder)
    (folder / "a.md").unlink()
    (folder / "a.md").mkdir()
    (folder / "a.md/b.md").write_text("inner")
    reconciled(folder)
    shutil.rmtree(folder / "a.md")
    (folder / "a.md").write_text("file again")
    reconciled(folder)
    assert texts() == {"a.md": "file again"}


def test_what_cannot_be_a_document_keeps_the_revision_before(folder):
    (folder / "a.md").write_text("good")
    (folder / "b.md").write_text("other")
    reconciled(folder)
    (folder / "a.md").write_bytes(b"\xff")
    report = reconcile_folder()
    assert [item["path"] for item in report.rejected] == ["a.md"]
    assert compare_folder().rejected == report.rejected
    assert texts() == {"a.md": "good", "b.md": "other"}
    save("b.md", "not delayed")
    reconcile_folder()
    assert (folder / "b.md").read_text() == "not delayed"
    (folder / "a.md").write_text("mended")
    reconciled(folder)
    assert compare_folder().rejected == []


def test_a_file_that_cannot_be_written_is_listed_and_delays_no_other(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (folder / "out").symlink_to(tmp_path / "elsewhere")
    (folder / "wall").write_text("a file where a folder should be")
    save("wall/a.md", "x")
    save("b.md", "x")
    report = reconcile_folder()
    assert [item["path"] for item in report.unwritten] == ["wall/a.md"]
    assert "Not a directory" in compare_folder().rejected[-1]["reason"]
    assert (folder / "b.md").read_text() == "x"
    assert not compare_folder().in_sync


def test_it_never_writes_through_a_link(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (folder / "out").symlink_to(tmp_path / "elsewhere")
    save("out/a.md", "x")
    reconcile_folder()
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (folder / "target.md").write_text("target")
    (folder / "link.md").symlink_to("target.md")
    reconcile_folder()
    save("link.md", "own text now")
    reconcile_folder()
    assert (folder / "target.md").read_text() == "target"
    assert (folder / "link.md").read_text() == "own text now"


def test_a_save_between_the_scan_and_the_intake_is_left_to_the_next(folder):
    (folder / "a.md").write_text("base")
    reconciled(folder)
    (folder / "a.md").write_text("typed")
    seen = comparison.compare()
    save("a.md", "saved meanwhile")
    assert intake.take_in(seen.root, seen.by(Act.TAKE)) == 0
    assert reconciled(folder).conflicts == 1
    assert {each.body for each in Revision.objects.all()} == {"base", "typed", "saved meanwhile"}


def test_a_file_typed_between_the_scan_and_the_intake_is_left_to_the_next(folder):
    (folder / "a.md").write_text("one")
    seen = comparison.compare()
    (folder / "a.md").write_text("two")
    assert intake.take_in(seen.root, seen.by(Act.TAKE)) == 0
    reconciled(folder)
    assert texts() == {"a.md": "two"}


def test_a_crash_after_the_file_was_written_changes_nothing(folder):
    save("a.md", "saved")
    (folder / "a.md").write_text("saved")  # written, and then the crash before the base was kept
    report = reconciled(folder)
    assert (report.taken, report.written) == (0, 0)
    assert Place.objects.get().sha256 == revisions.get("a.md").sha256


def test_what_a_crash_left_aside_is_kept_as_a_revision(folder):
    save("a.md", "live")
    place = Place.objects.get()
    reconciled(folder)
    known = folder / f".kb-{place.pk}-{'0' * 16}.aside"
    typed = folder / f".kb-{place.pk}-{'1' * 16}.aside"
    known.write_text("live")
    typed.write_text("typed as it crashed")
    os.utime(typed, (2**32, 2**32))  # a clock that was wrong by years
    deadline = time.monotonic() + 5
    while known.exists() or typed.exists():
        assert time.monotonic() < deadline
        reconcile_folder()
    assert texts() == {"a.md": "live"}
    assert [each.body for each in Revision.objects.filter(conflict=True)] == ["typed as it crashed"]
    assert compare_folder().conflicts == [{"path": "a.md", "revision": 2}]


def test_what_cannot_be_kept_stays_aside_and_is_told_once(folder, monkeypatch, caplog):
    monkeypatch.setattr(asides, "QUIET_NS", 0)
    save("a.md", "live")
    aside = folder / f".kb-{Place.objects.get().pk}-{'0' * 16}.aside"
    aside.write_bytes(b"\xff")
    for _ in range(3):
        reconcile_folder()
    assert aside.exists()
    assert caplog.text.count(f"What was moved aside to {aside} stays there") == 1


# Killed once the file is made, and once its text is in it: before anything stands in its place.
@pytest.mark.parametrize("step", ["fchown", "fsync"])
def test_a_file_that_was_not_written_whole_is_no_text_that_somebody_typed(folder, step):
    save("a.md", "live")
    reconciled(folder)
    program = (
        "import hashlib, os, pathlib, sys; from knowledge import writer\n"
        f"os.{step} = lambda *_: os.kill(os.getpid(), 9)\n"
        "base = hashlib.sha256(b'live').hexdigest()\n"
        "writer.write(pathlib.Path(sys.argv[1]), 'a.md', int(sys.argv[2]), b'x' * 9000, base)"
    )
    place = str(Place.objects.get().pk)
    killed = subprocess.run([sys.executable, "-c", program, folder, place])
    assert killed.returncode == -signal.SIGKILL
    assert len(list(folder.iterdir())) == 2
    deadline = time.monotonic() + 10
    while len(list(folder.iterdir())) > 1:
        assert time.monotonic() < deadline
        reconcile_folder()
    assert compare_folder().conflicts == []
    assert Revision.objects.get().body == "live"


def test_a_missing_folder_is_made_when_nothing_was_in_it(folder):
    folder.rmdir()
    save("a.md", "x")
    reconciled(folder)


def test_deleting_one_of_two_files_deletes_it(folder):
    (folder / "a.md").write_text("x")
    (folder / "b.md").write_text("x")
    reconciled(folder)
    (folder / "a.md").unlink()
    reconciled(folder)
    with pytest.raises(DocumentNotFound):
        revisions.get("a.md")


@pytest.mark.parametrize("how", ["missing", "empty", "not a folder"])
def test_a_folder_that_went_away_deletes_nothing_and_comes_back_by_itself(folder, tmp_path, how):
    for name in "abc":
        (folder / f"{name}.md").write_text(name)
    reconciled(folder)
    folder.rename(tmp_path / "aside")
    if how == "empty":
        folder.mkdir()
    if how == "not a folder":
        folder.write_text("")
    assert compare_folder().paused
    assert reconcile_folder().paused
    state = compare_folder()
    assert not state.in_sync
    assert state.paused["reason"]
    assert state.paused["since"] == FolderSync.objects.get().paused_since.isoformat()
    save("d.md", "saved while away")
    reconcile_folder()
    assert len(texts()) == 4
    if how != "missing":
        shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    (tmp_path / "aside").rename(folder)
    assert not reconciled(folder).paused
    assert compare_folder().paused is None
    assert len(files(folder)) == 4


def test_files_that_vanish_by_dozens_pause_it_until_a_person_deletes_them(folder):
    for number in range(30):
        (folder / f"{number}.md").write_text(str(number))
    reconciled(folder)
    for number in range(12):
        (folder / f"{number}.md").unlink()
    assert "12 of 30" in reconcile_folder().paused
    assert len(texts()) == 30
    vanished = Document.objects.filter(path__in=[f"{number}.md" for number in range(12)])
    deleting.delete_all(vanished, actor="alice", door="admin")
    assert not reconciled(folder).paused
    assert len(texts()) == 18


def test_a_renamed_folder_has_not_vanished(folder):
    (folder / "old").mkdir()
    for number in range(20):
        (folder / f"old/{number}.md").write_text(str(number))
    reconciled(folder)
    (folder / "old").rename(folder / "new")
    assert not reconciled(folder).paused
    assert set(texts()) == {f"new/{number}.md" for number in range(20)}


def test_hundreds_of_files_come_in_by_few_transactions(folder, django_assert_max_num_queries):
    for number in range(1200):
        (folder / f"{number}.md").write_text(f"# {number}\n")
    with django_assert_max_num_queries(200):
        assert reconcile_folder().taken == 1200
    with django_assert_max_num_queries(40):
        assert reconciled(folder).taken == 0


def test_a_save_in_the_same_tick_of_the_clock_is_seen(folder):
    path = folder / "a.md"
    for number in range(30):
        path.write_text(f"{number:03}")
        stat = path.stat()
        reconcile_folder()
        path.write_text(f"{number + 500:03}")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # same size, same mtime
        assert not compare_folder().in_sync
    reconciled(folder)


@pytest.mark.parametrize("seed", range(5))
def test_no_text_is_lost_whatever_is_edited_by_both_doors(folder, seed):
    choice = random.Random(seed)
    ever = set()
    for step in range(120):
        path, text = f"{choice.choice('abcd')}.md", f"{seed}-{step}"
        act = choice.choice(["type", "save", "unlink", "delete", "reconcile", "reconcile"])
        if act == "type":
            if _seen(folder / path, ever):
                (folder / path).write_text(text)
        elif act == "save":
            save(path, text)
            ever.add(text)
        elif act == "unlink" and _seen(folder / path, ever):
            (folder / path).unlink(missing_ok=True)
        elif act == "delete" and revisions.is_live(path):
            revisions.delete(path, actor="alice", door="admin")
        elif act == "reconcile":
            reconcile_folder()
            ever |= set(files(folder).values())
    (folder / "keeps-it-from-being-empty.md").write_text("x")
    reconciled(folder)
    assert ever <= set(Revision.objects.values_list("body", flat=True))


def _seen(path, ever):
    """A file's text that no reconcile has seen yet may be overwritten by its own editor only."""
    return not path.exists() or path.read_text() in ever
