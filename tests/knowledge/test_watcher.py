import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from knowledge.scan import Scanner
from knowledge.watcher import Watcher

ROOT = Path(__file__).parents[2]


class Counter:
    def __init__(self):
        self.count = 0
        self.paths = frozenset()
        self.news = threading.Condition()

    def __call__(self, paths):
        with self.news:
            self.count += 1
            self.paths = paths
            self.news.notify_all()

    def wait(self, more_than, timeout=10):
        with self.news:
            return self.news.wait_for(lambda: self.count > more_than, timeout)


@contextmanager
def watching(folder, *, polling=False):
    changed = Counter()
    watcher = Watcher(folder, changed, polling=polling)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        while folder.exists() and watcher.watched is None:
            assert thread.is_alive()
        yield changed
    finally:
        watcher.stop()
        thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def watched(folder):
    with watching(folder) as changed:
        yield changed


def nudged_by(changed, act):
    before = changed.count
    act()
    return changed.wait(before)


def test_each_kind_of_change_nudges(folder, watched, tmp_path):
    (tmp_path / "new.md").write_text("x")
    assert nudged_by(watched, lambda: (folder / "a.md").write_text("x"))
    assert nudged_by(watched, lambda: (folder / "a.md").write_text("xyz"))
    assert nudged_by(watched, lambda: (folder / "a.md").rename(folder / "b.md"))
    assert nudged_by(watched, lambda: (tmp_path / "new.md").rename(folder / "b.md"))
    assert nudged_by(watched, lambda: (folder / "b.md").unlink())


def test_new_patterns_of_ignored_files_nudge_for_the_whole_folder(folder, watched):
    assert nudged_by(watched, lambda: (folder / ".ragignore").write_text("drafts/\n"))
    assert watched.paths == frozenset()


def test_folders_that_come_and_go_nudge(folder, watched, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.md").write_text("x")
    assert nudged_by(watched, lambda: (tmp_path / "sub").rename(folder / "sub"))
    assert nudged_by(watched, lambda: (folder / "sub/a.md").write_text("in a new folder"))
    assert nudged_by(watched, lambda: (folder / "sub").rename(tmp_path / "out"))


def test_it_finds_the_folder_again(folder, watched, tmp_path):
    assert nudged_by(watched, lambda: folder.rename(tmp_path / "away"))
    assert nudged_by(watched, lambda: folder.mkdir())
    assert nudged_by(watched, lambda: (folder / "a.md").write_text("x"))


def test_a_burst_is_one_nudge_or_few(folder, watched):
    def burst():
        for number in range(500):
            (folder / f"{number}.md").write_text("x")

    assert nudged_by(watched, burst)
    assert watched.count <= 5


def test_a_nudge_says_which_files_changed(folder, watched):
    (folder / "ops").mkdir()
    assert watched.wait(0)
    assert nudged_by(watched, lambda: (folder / "ops/a.md").write_text("x"))
    assert watched.paths == {"ops/a.md"}
    assert nudged_by(watched, lambda: (folder / "ops/a.md").rename(folder / "ops/b.md"))
    assert watched.paths == {"ops/a.md", "ops/b.md"}


def test_a_nudge_about_a_folder_or_many_files_names_none(folder, watched):
    assert nudged_by(watched, lambda: (folder / "sub").mkdir())
    assert not watched.paths

    def burst():
        for number in range(200):
            (folder / f"{number}.md").write_text("x")

    assert nudged_by(watched, burst)
    assert not watched.paths


def test_a_folder_that_is_not_there_yet_is_waited_for(folder):
    folder.rmdir()
    with watching(folder) as changed:
        while not changed.wait(0, timeout=1):
            folder.rmdir() if folder.exists() else folder.mkdir()
        folder.mkdir(exist_ok=True)
        assert nudged_by(changed, lambda: (folder / "a.md").write_text("x"))


def test_polling_sees_the_same(folder):
    with watching(folder, polling=True) as changed:
        assert nudged_by(changed, lambda: (folder / "a.md").write_text("x"))
        assert nudged_by(changed, lambda: (folder / "a.md").unlink())


def test_reading_and_what_is_no_document_do_not_nudge(folder):
    (folder / "a.md").write_text("x")
    with watching(folder) as changed:
        Scanner(folder, {}).run()
        (folder / ".a.md.swp").write_text("x")
        (folder / "notes.txt").write_text("x")
        assert not changed.wait(0, timeout=0.5)


def test_the_command_says_what_people_watch_for_and_ends(tmp_path):
    folder = tmp_path / "knowledge"
    folder.mkdir()
    environment = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "REDIS_URL": f"redis+socket://{tmp_path}/none.sock",
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "watch"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        assert any("Watching" in line for line in process.stderr)
        (folder / "a.md").write_text("x")
        assert any("Detected change -> rebuilding index..." in line for line in process.stderr)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
