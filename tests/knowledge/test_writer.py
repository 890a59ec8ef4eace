"""Writing into the folder loses nothing that is typed there in the same moment."""

import contextlib
import hashlib
import os
import resource
import threading

import pytest

from knowledge import swapping, writer

ROUNDS = 200


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def text_of(path):
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_it_writes_over_the_text_that_it_expects(folder):
    (folder / "a.md").write_text("base")
    assert writer.write(folder, "a.md", 1, b"new", sha("base"))
    assert (folder / "a.md").read_text() == "new"
    assert names(folder) == ["a.md"]


def test_it_writes_a_new_file_and_the_folders_above_it(folder):
    assert writer.write(folder, "x/y/a.md", 1, b"new", "")
    assert (folder / "x/y/a.md").read_text() == "new"


@pytest.mark.parametrize("base", ["", sha("base")])
def test_it_leaves_another_text_as_it_is(folder, base):
    (folder / "a.md").write_text("typed")
    assert not writer.write(folder, "a.md", 1, b"new", base)
    assert not writer.remove(folder, "a.md", 1, base)
    assert (folder / "a.md").read_text() == "typed"
    assert names(folder) == ["a.md"]


def test_it_does_not_bring_back_a_file_that_was_removed(folder):
    assert not writer.write(folder, "a.md", 1, b"new", sha("base"))
    assert not writer.remove(folder, "a.md", 1, sha("base"))
    assert not writer.remove(folder, "gone/a.md", 1, sha("base"))
    assert names(folder) == []


def test_it_removes_the_text_that_it_expects(folder):
    (folder / "a.md").write_text("base")
    assert writer.remove(folder, "a.md", 1, sha("base"))
    assert names(folder) == []


def test_it_says_why_it_cannot_write(folder, tmp_path):
    (folder / "a.md").mkdir()
    with pytest.raises(writer.Unwritable, match="not a file"):
        writer.write(folder, "a.md", 1, b"new", "")
    (folder / "out").symlink_to(tmp_path)
    with pytest.raises(writer.Unwritable):
        writer.write(folder, "out/a.md", 1, b"new", "")
    assert not (tmp_path / "a.md").exists()


def test_a_disk_that_is_full_leaves_no_part_of_a_text(folder):
    (folder / "a.md").write_text("base")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))
    try:
        with pytest.raises(writer.Unwritable, match="too large"):
            writer.write(folder, "a.md", 1, b"new\n" * 2**20, sha("base"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (folder / "a.md").read_text() == "base"
    assert names(folder) == ["a.md"]


@pytest.mark.parametrize("swap", [swapping.swap_at_once, swapping.swap_in_steps])
def test_two_names_change_places(folder, swap):
    aside = ".kb-1-00000000000000ab.aside"
    (folder / aside).write_text("one")
    (folder / "a.md").write_text("two")
    descriptor = os.open(folder, os.O_RDONLY)
    swap(descriptor, aside, "a.md")
    assert ((folder / aside).read_text(), (folder / "a.md").read_text()) == ("two", "one")
    assert len(names(folder)) == 2
    (folder / "a.md").unlink()
    with pytest.raises(FileNotFoundError):
        swap(descriptor, aside, "a.md")
    assert (folder / aside).read_text() == "two"
    os.close(descriptor)


@pytest.mark.parametrize("place", [swapping.place, swapping.place_without_links])
def test_a_place_is_taken_only_when_it_is_free(folder, place):
    (folder / "aside").write_text("one")
    (folder / "a.md").write_text("two")
    descriptor = os.open(folder, os.O_RDONLY)
    with pytest.raises(FileExistsError):
        place(descriptor, "aside", "a.md")
    assert names(folder) == ["a.md", "aside"]
    (folder / "a.md").unlink()
    place(descriptor, "aside", "a.md")
    assert (folder / "a.md").read_text() == "one"
    assert names(folder) == ["a.md"]
    os.close(descriptor)


def test_a_file_that_goes_between_the_look_and_the_read_is_not_what_was_expected(
    folder, monkeypatch
):
    """We look, it is removed, we read: nothing is written, and the next comparison decides."""
    path = folder / "a.md"
    path.write_text("start")
    look = writer._lstat

    def look_then_lose(*arguments):
        seen = look(*arguments)
        path.unlink(missing_ok=True)
        return seen

    monkeypatch.setattr(writer, "_lstat", look_then_lose)
    assert writer.write(folder, "a.md", 1, b"saved", sha("start")) is False
    assert names(folder) == []


def test_what_an_editor_saves_in_the_same_moment_is_never_lost(folder, tmp_path):
    """Every text must be where the editor put it, or aside, or be what a write had expected."""
    path, history = folder / "a.md", tmp_path / "history"
    history.mkdir()
    path.write_text("start")
    typed: list[str] = []
    turns = threading.Semaphore(0)

    def edit():
        for number in range(ROUNDS):
            turns.acquire()
            typed.append(f"typed {number}")
            new = history / f"new {number}"
            new.write_text(typed[-1])
            with contextlib.suppress(FileNotFoundError):
                path.rename(history / f"old {number}")
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(new)
                new.unlink()

    editor = threading.Thread(target=edit)
    editor.start()
    expected = set()
    for number in range(ROUNDS):
        base = text_of(path)
        turns.release()  # one edit for each write, at whatever moment of it
        if writer.write(folder, "a.md", 1, f"saved {number}".encode(), base and sha(base)):
            expected.add(base)
    editor.join()
    kept = {each.read_text() for each in [*folder.iterdir(), *history.iterdir()]}
    assert {"start", *typed} <= kept | expected
