"""K2: whatever people and their tools do to the folder, the database ends as a full scan would."""

import hashlib
import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.polling import eventually
from tests.system import System


@pytest.fixture
def place(system: System):
    """A folder of the test's own within the knowledge folder; gone again afterwards."""
    place = system.knowledge / "k2"
    yield place
    shutil.rmtree(place)  # fewer files than make a pause
    system.in_sync()


def write(place: Path, *names: str) -> None:
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(f"# {name}\n\nThe keeper of {name} is number {len(name)}.\n")


def agrees(system: System) -> dict[str, int]:
    """In sync, and exactly the files are documents; their revision numbers, by path."""
    system.in_sync()
    rows = system.control("GET", "/api/documents?page_size=500").json()["results"]
    files = {
        file.relative_to(system.knowledge).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in system.knowledge.rglob("*.md")
    }
    assert {row["path"]: row["sha256"] for row in rows} == files
    return {row["path"].removeprefix("k2/"): row["revision"] for row in rows}


def test_the_folder_is_understood(system: System, place: Path, tmp_path: Path):
    """K2. Saves, renames and moves of every kind at once; then the same with the watcher dead.

    A folder that is moved out gives one event, of a folder; one that is moved in gives none for
    the files in it. What happens while nobody watches gives none at all.
    """
    write(place, "vim.md", "atomic.md", "old.md", "Case.md", "tree/a.md", "out/b.md", "one.md")
    write(tmp_path, "in/c.md", "in/deeper/d.md")
    agrees(system)

    (place / "vim.md").rename(place / "vim.md~")  # as vim saves, by a backup
    write(place, "vim.md")
    (place / "vim.md").write_text("# Vim\n\nThe pilot of Hesk is called Ingrid.\n")
    (place / "vim.md~").unlink()
    system.write("k2/atomic.md", "# Atomic\n\nThe pilot of Vaila is called Olaf.\n")
    (place / "old.md").rename(place / "new.md")
    (place / "Case.md").rename(place / "case.md")
    (place / "tree").rename(place / "wood")
    (place / "out").rename(tmp_path / "out")
    (tmp_path / "in").rename(place / "in")
    system.answers("Who is the pilot of Hesk?", "Ingrid")
    numbers = agrees(system)
    assert not {"old.md", "Case.md", "tree/a.md", "out/b.md"} & numbers.keys()
    for moved in ("new.md", "case.md", "wood/a.md"):  # each is the document that it was
        assert numbers[moved] == 2
    assert numbers["in/deeper/d.md"] == 1

    watcher = system.leaders()["watcher"]
    os.killpg(watcher, signal.SIGSTOP)  # no event is told of, whatever happens now
    (place / "one.md").rename(place / "two.md")
    (place / "wood").rename(place / "in/wood")
    (place / "case.md").unlink()
    system.write("k2/atomic.md", "# Atomic\n\nThe pilot of Vaila is called Sunniva.\n")
    os.killpg(watcher, signal.SIGKILL)
    system.answers("Who is the pilot of Vaila?", "Sunniva")
    numbers = agrees(system)
    assert (numbers["two.md"], numbers["in/wood/a.md"]) == (2, 3)

    eventually(lambda: system.leaders()["watcher"] != watcher, what="the watcher is started again")
    (place / "in").rename(tmp_path / "in")
    system.write("k2/vim.md", "# Vim\n\nThe pilot of Hesk is called Rognvald.\n")
    system.answers("Who is the pilot of Hesk?", "Rognvald")
    agrees(system)
