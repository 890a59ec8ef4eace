"""A document that moves, by either door, stays the same document, with its history."""

import os
import random
import time

import pytest

from knowledge import intake, places, quarantine, revisions, snapshot
from knowledge.errors import DocumentNotFound, PathTaken, StaleRevision
from knowledge.models import Document, Place, Revision
from knowledge.sync import compare_folder, reconcile_folder

pytestmark = pytest.mark.django_db


def save(path, body, actor="alice", **more):
    return revisions.save(path, body, actor=actor, door="api", **more).revision


def move(path, new_path, actor="bob", **more):
    return revisions.move(path, new_path, actor=actor, door="api", **more).revision


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.md")}


def reconciled(folder):
    reconcile_folder()
    assert compare_folder().in_sync
    taken = snapshot.take()
    assert files(folder) == {p: r.body for p, r in taken.bodies(taken.revisions).items()}


def paths_of(document):
    """Its revisions, oldest first: path and number."""
    rows = Revision.objects.filter(document=document).order_by("id")
    return list(rows.values_list("path", "number"))


def test_a_move_is_a_revision_that_says_who_when_and_whence():
    document = save("a.md", "text").document
    moved = move("a.md", "ops/b.md")
    assert (moved.document, moved.number, moved.body) == (document, 2, "text")
    assert (moved.saved_by, moved.door, moved.path) == ("bob", "api", "ops/b.md")
    assert [each.path for each in revisions.history("ops/b.md")] == ["ops/b.md", "a.md"]
    assert revisions.at("ops/b.md", 1).body == "text"
    with pytest.raises(DocumentNotFound):
        revisions.get("a.md")
    assert [each.path for each in revisions.history("a.md")] == ["a.md"]


def test_a_title_that_was_told_by_the_path_follows_it():
    save("old-name.md", "no heading")
    assert move("old-name.md", "new-name.md").title == revisions.title_of("", "new-name.md")


def test_path_and_number_name_one_text_for_ever():
    """Others come to the path that is left, and to the one that was: no number comes twice."""
    for body in ("one", "two", "three"):
        save("a.md", body)
    save("b.md", "other")
    revisions.delete("b.md", actor="alice", door="api")
    assert move("a.md", "b.md").number == 4
    assert save("a.md", "new").number == 4
    assert save("a.md", "newer").number == 5
    revisions.delete("b.md", actor="alice", door="api")
    assert move("a.md", "b.md").number == 6
    assert move("b.md", "a.md").number == 7
    named = list(Revision.objects.values_list("path", "number"))
    assert len(set(named)) == len(named)


def test_who_is_saved_where_one_was_deleted_is_that_one_again():
    first, second = save("a.md", "x").document, save("b.md", "y").document
    revisions.delete("a.md", actor="alice", door="api")
    move("b.md", "a.md")
    revisions.delete("a.md", actor="alice", door="api")
    assert save("a.md", "z").document == second
    move("a.md", "c.md")
    assert save("a.md", "w").document == first


def test_it_moves_to_no_place_that_is_taken():
    save("a.md", "x")
    save("b.md", "y")
    save("c/d.md", "z")
    with pytest.raises(PathTaken, match=r"a document at 'b\.md' already"):
        move("a.md", "b.md")
    with pytest.raises(PathTaken):
        move("a.md", "b.md/a.md")
    assert not revisions.move("a.md", "a.md", actor="bob", door="api").changed
    assert move("a.md", "a.md/inside.md").path == "a.md/inside.md"


def test_who_saves_or_moves_later_is_told_of_the_move():
    save("a.md", "x")
    save("a.md", "y")
    with pytest.raises(StaleRevision, match="saved by alice"):
        move("a.md", "b.md", expected=1)
    move("a.md", "b.md", expected=2)
    with pytest.raises(StaleRevision, match=r"a\.md was moved to b\.md"):
        save("a.md", "z", expected=2)
    with pytest.raises(DocumentNotFound):
        move("a.md", "c.md", expected=2)


def test_a_move_goes_out_to_the_folder(folder):
    save("a.md", "text")
    reconciled(folder)
    move("a.md", "sub/b.md")
    reconciled(folder)
    assert files(folder) == {"sub/b.md": "text"}
    assert Revision.objects.count() == 2


def test_a_file_that_was_renamed_is_the_same_document(folder):
    save("a.md", "one")
    document = save("a.md", "two").document
    reconciled(folder)
    (folder / "a.md").rename(folder / "b.md")
    reconciled(folder)
    assert paths_of(document) == [("a.md", 1), ("a.md", 2), ("b.md", 3)]
    assert revisions.get("b.md").door == "folder"


def test_a_folder_that_was_renamed_keeps_all_its_documents(folder):
    """Also those with the same text and the same name as another in it, and the blank ones."""
    bodies = {"x/a.md": "same", "y/a.md": "same", "y/b.md": "same", "e.md": "", "f.md": " \n"}
    for path, body in bodies.items():
        (folder / f"old/{path}").parent.mkdir(parents=True, exist_ok=True)
        (folder / f"old/{path}").write_text(body)
    reconciled(folder)
    before = {each.path: each.pk for each in revisions.live()}
    _let_the_clock_tick(folder)
    reconciled(folder)
    (folder / "old").rename(folder / "new")
    reconciled(folder)
    assert {each.path: each.pk for each in revisions.live()} == {
        path.replace("old/", "new/"): pk for path, pk in before.items()
    }
    assert not Revision.objects.filter(deleted=True).exists()


def _let_the_clock_tick(folder):
    """What was written is older than a scan's doubt by now, so that its stat is trusted."""
    for path in folder.rglob("*.md"):
        deadline = time.monotonic() + 5
        while time.time_ns() - path.stat().st_ctime_ns < 60_000_000:
            assert time.monotonic() < deadline


def test_of_files_with_the_same_text_the_same_file_and_then_the_same_name_decides(folder):
    for name in ("one.md", "two.md", "three.md"):
        (folder / name).write_text("same")
    reconciled(folder)
    of = {each.path: each.pk for each in revisions.live()}
    (folder / "one.md").rename(folder / "zzz.md")
    (folder / "sub").mkdir()
    (folder / "sub/two.md").write_text("same")
    (folder / "other.md").write_text("same")
    (folder / "two.md").unlink()  # last: a file system gives its inode to the next new file
    (folder / "three.md").unlink()
    reconciled(folder)
    assert {each.path: each.pk for each in revisions.live()} == {
        "zzz.md": of["one.md"], "sub/two.md": of["two.md"], "other.md": of["three.md"],
    }  # fmt: skip


def test_a_blank_file_elsewhere_is_not_taken_for_one_that_is_gone(folder):
    (folder / "a.md").write_text("\n")
    reconciled(folder)
    (folder / "b.md").write_text("\n")
    (folder / "a.md").unlink()
    reconciled(folder)
    assert Document.objects.count() == 2
    assert revisions.history("a.md")[0].deleted


def test_hundreds_of_renames_come_in_by_few_transactions(folder, django_assert_max_num_queries):
    (folder / "old").mkdir()
    for number in range(1200):
        (folder / f"old/{number}.md").write_text(f"text {number}")
    reconcile_folder()
    (folder / "old").rename(folder / "new")
    with django_assert_max_num_queries(150):
        assert reconcile_folder().taken == 1200
    assert Document.objects.count() == 1200
    reconciled(folder)


def test_a_hint_of_the_new_name_alone_does_not_hide_the_move(folder):
    """The event of the old name was lost: the look at the new file must ask for the whole scan."""
    document = save("a.md", "text").document
    reconciled(folder)
    (folder / "a.md").rename(folder / "b.md")
    reconcile_folder(["b.md"])
    assert revisions.get("b.md").document == document


def test_an_edit_beats_a_move_by_the_other_door(folder):
    save("a.md", "text")
    save("b.md", "other")
    reconciled(folder)
    (folder / "a.md").rename(folder / "moved.md")
    save("a.md", "edited")
    move("b.md", "moved-too.md")
    (folder / "b.md").write_text("typed")
    reconciled(folder)
    assert files(folder) == {
        "a.md": "edited", "moved.md": "text", "b.md": "typed", "moved-too.md": "other",
    }  # fmt: skip


def test_a_save_between_the_look_and_the_move_leaves_it_to_the_next(folder, monkeypatch):
    """compare() saw a.md renamed; before it is applied someone saves a.md."""
    from knowledge import sync

    save("a.md", "text")
    reconciled(folder)
    (folder / "a.md").rename(folder / "b.md")
    compare = sync.compare
    late = iter([lambda: save("a.md", "saved meanwhile")])

    def then_saved():
        seen = compare()
        next(late, lambda: None)()
        return seen

    monkeypatch.setattr(sync, "compare", then_saved)
    reconciled(folder)
    assert files(folder) == {"a.md": "saved meanwhile", "b.md": "text"}


def test_what_is_kept_aside_goes_to_the_document_wherever_it_is_now(folder):
    document = save("a.md", "text").document
    reconciled(folder)
    place = Place.objects.get(path="a.md")
    aside = folder / f".kb-{place.pk}-{'0' * 16}.aside"
    aside.write_text("typed as it crashed")
    os.utime(aside)
    move("a.md", "b.md")
    deadline = time.monotonic() + 5
    while aside.exists():
        assert time.monotonic() < deadline
        reconcile_folder()
    kept = Revision.objects.get(conflict=True)
    assert (kept.document, kept.path, kept.body) == (document, "b.md", "typed as it crashed")


def test_what_is_kept_aside_while_its_document_moves_waits_until_it_is_there(folder, monkeypatch):
    document = save("a.md", "text").document
    place = Place.objects.get(path="a.md")
    lock, late = places.lock, iter([lambda: move("a.md", "b.md")])

    def late_lock(paths):
        next(late, lambda: None)()
        lock(paths)

    monkeypatch.setattr(places, "lock", late_lock)
    assert not intake.keep_aside(place.pk, "typed as it crashed", time.time_ns())
    assert intake.keep_aside(place.pk, "typed as it crashed", time.time_ns())
    assert paths_of(document) == [("a.md", 1), ("b.md", 2), ("b.md", 3)]


def test_a_quarantine_follows_its_document_and_serves_it_where_it_was():
    good = save("a.md", "good")
    save("a.md", "bad")
    move("a.md", "b.md")
    quarantine.place({"a.md": (1, good.sha256), "b.md": None}, actor="bob", reason="")
    assert set(snapshot.take().revisions) == {"a.md"}
    move("b.md", "c.md")
    assert set(snapshot.take().revisions) == {"a.md"}
    save("a.md", "a new document")
    assert snapshot.take().bodies(["a.md"])["a.md"].body == "a new document"
    quarantine.release("c.md", actor="bob")
    assert set(snapshot.take().revisions) == {"a.md", "c.md"}


def test_a_path_is_served_as_it_was_though_another_document_came_to_it():
    good = save("a.md", "good")
    move("a.md", "elsewhere.md")
    save("a.md", "bad")
    quarantine.place({"a.md": (1, good.sha256)}, actor="bob", reason="")
    taken = snapshot.take()
    assert {p: r.body for p, r in taken.bodies(taken.revisions).items()} == {"a.md": "good"}


def test_a_snapshot_after_any_moves_is_the_one_that_is_read_anew():
    chance = random.Random(3)
    paths = [f"{name}.md" for name in "abcde"]
    for turn in range(100):
        for _ in range(chance.randint(1, 4)):
            path, other = chance.sample(paths, 2)
            if not revisions.is_live(path):
                save(path, f"{turn}")
            elif not revisions.is_live(other):
                move(path, other)
            else:
                revisions.delete(path, actor="alice", door="api")
        taken, read = snapshot.take(), snapshot._whole()
        assert (taken.revisions, taken.digest, taken.ids) == (read.revisions, read.digest, read.ids)
