"""Nasty files, each: indexed or listed with its reason, and never in the way of the others."""

import hashlib
import os
import pickle
import subprocess
import sys
import tempfile
import time
import unicodedata
from pathlib import Path

import psutil
import pytest

from knowledge.scan import RACY_NS, Scanner, file_time, stat_key
from tests.polling import eventually


def scan(folder, known=None):
    return Scanner(folder, known or {}).run()


def test_it_finds_documents_at_any_depth(folder):
    (folder / "a/b").mkdir(parents=True)
    (folder / "a/b/c.md").write_text("x")
    (folder / "d.md").write_text("")
    (folder / "notes.txt").write_text("x")
    assert set(scan(folder).files) == {"a/b/c.md", "d.md"}


def test_it_passes_over_what_editors_and_tools_leave(folder):
    (folder / ".git").mkdir()
    (folder / ".git/x.md").write_text("x")
    (folder / ".a.md.swp").write_text("x")
    (folder / ".#a.md").symlink_to("alice@host.123")
    (folder / "a.md~").write_text("x")
    found = scan(folder)
    assert (found.files, found.rejected) == ({}, {})


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"\xff\xfe", "not UTF-8"), (b"a\0b", "NUL"), (b"x" * 101, "MAX_DOCUMENT_BYTES")],
)
def test_it_lists_what_is_not_text(folder, settings, data, reason):
    settings.MAX_DOCUMENT_BYTES = 100
    (folder / "bad.md").write_bytes(data)
    (folder / "good.md").write_text("x")
    found = scan(folder)
    assert set(found.files) == {"good.md"}
    assert reason in found.rejected["bad.md"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf# BOM",
        b"a\r\nb",
        b"```\nunclosed",
        b"---\ntitle: x\n---\n",
        b"x" * 3_000_000,
    ],
)
def test_odd_texts_are_documents(folder, data):
    (folder / "odd.md").write_bytes(data)
    assert set(scan(folder).files) == {"odd.md"}


def test_a_fifo_does_not_hang_it(folder):
    os.mkfifo(folder / "pipe.md")
    assert "not a regular file" in scan(folder).rejected["pipe.md"]


def test_links_are_followed_only_to_files_inside(folder, tmp_path):
    (folder / "real.md").write_text("x")
    (folder / "sub").mkdir()
    (tmp_path / "secret.md").write_text("x")
    (folder / "inside.md").symlink_to("real.md")
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    (folder / "nowhere.md").symlink_to("gone.md")
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "self").symlink_to(folder)
    (folder / "outside").symlink_to(tmp_path)
    found = scan(folder)
    assert set(found.files) == {"real.md", "inside.md"}
    assert set(found.rejected) == {"out.md", "nowhere.md", "loop.md", "self", "outside"}
    assert "leads out" in found.rejected["out.md"]


def test_the_folder_itself_may_be_a_link(folder, tmp_path):
    (folder / "a.md").write_text("x")
    (tmp_path / "link").symlink_to(folder)
    assert set(scan(tmp_path / "link").files) == {"a.md"}


def test_a_name_that_cannot_be_a_path_is_listed(folder):
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md")).write_text("x")
    (folder / "new\nline.md").write_text("x")
    (folder / "bad\x01folder").mkdir()
    (folder / "bad\x01folder/a.md").write_text("x")
    found = scan(folder)
    assert not found.files
    assert set(found.rejected) == {"caf\\xe9.md", "new\nline.md", "bad\x01folder"}


def test_a_name_in_another_unicode_form_is_the_same_document(folder):
    composed, apart = (unicodedata.normalize(form, "été.md") for form in ("NFC", "NFD"))
    (folder / apart).write_text("x")
    found = scan(folder)
    assert found.files[composed].name == apart
    (folder / composed).write_text("y")
    found = scan(folder)
    assert set(found.files) == {composed}
    assert "Unicode" in found.rejected[composed]


def test_it_reads_again_only_what_changed(folder):
    (folder / "a.md").write_text("one")
    known = {"a.md": (stat_key((folder / "a.md").stat()), "remembered")}
    assert scan(folder, known).files["a.md"].sha256 == "remembered"
    (folder / "a.md").write_text("two")
    assert scan(folder, known).files["a.md"].sha256 == hashlib.sha256(b"two").hexdigest()


def test_what_is_no_text_is_not_read_again_until_it_changes(folder):
    path = folder / "picture.md"
    path.write_bytes(b"\xff" * 4_000_000)
    eventually(lambda: time.time_ns() - file_time(path.stat()) > 2 * RACY_NS)
    found = scan(folder)
    before = characters_read()
    assert scan(folder) == found
    assert characters_read() - before < 1_000_000
    path.write_text("words now")
    assert set(scan(folder).files) == {"picture.md"}


def characters_read():
    """By this process, as the kernel counts it."""
    return psutil.Process().io_counters().read_chars


def test_a_stat_as_young_as_the_scan_is_not_trusted(folder):
    (folder / "a.md").write_text("x")
    assert scan(folder).files["a.md"].stat.startswith("?")


def test_what_may_not_be_read_is_listed(public_folder):
    folder = public_folder
    (folder / "secret.md").write_text("x")
    (folder / "secret.md").chmod(0)
    (folder / "closed").mkdir()
    (folder / "closed/a.md").write_text("x")
    (folder / "good.md").write_text("x")
    (folder / "closed").chmod(0)
    found = scan_as_nobody(folder)
    (folder / "closed").chmod(0o755)
    assert set(found.files) == {"good.md"}
    assert set(found.rejected) == {"secret.md", "closed"}
    assert found.hides("closed/a.md")
    assert not found.hides("good.md")


@pytest.fixture
def public_folder():
    """Beside pytest's own folders, which are closed to every other user on the way down."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


AS_NOBODY = """
import os, pickle, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "ragsite.settings"
from pathlib import Path
import django
django.setup()
from knowledge.scan import Scanner
os.setuid(65534)
sys.stdout.buffer.write(pickle.dumps(Scanner(Path(sys.argv[1]), {}).run()))
"""


def scan_as_nobody(folder):
    """Root may read everything, so a suite that runs as root scans as another user."""
    if os.geteuid() != 0:
        return scan(folder)
    # A process of its own: to fork this one, with the threads of other tests, may hang the child.
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, folder], check=True, capture_output=True
    )
    return pickle.loads(done.stdout)
