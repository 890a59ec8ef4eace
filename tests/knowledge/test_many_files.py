"""K2 for ten thousand files at once: what events told of some of them makes no difference."""

import hashlib
from threading import Thread

import pytest
from django.db import connection

from knowledge import intake, revisions
from knowledge.models import Document, Revision
from knowledge.sync import compare_folder, reconcile_folder

pytestmark = pytest.mark.django_db

FOLDERS, EACH, HINTED = 100, 100, 30


def fill(folder, number):
    part = folder / f"part-{number}"
    part.mkdir()
    for each in range(EACH):
        (part / f"{each}.md").write_text(f"# {number}.{each}\n")


def held():
    live = Document.objects.filter(revision__isnull=False).order_by()
    return dict(live.values_list("path", "revision__sha256"))


def files(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.md")
    }


@pytest.mark.django_db(transaction=True)
def test_who_saves_during_a_burst_waits_for_no_file_to_be_read(folder, monkeypatch):
    """Alice saves, on a connection of her own, while the first file of each batch is being read."""
    monkeypatch.setattr(intake, "BATCH", 2)
    for number in range(6):
        (folder / f"{number}.md").write_text(f"# {number}\n")
    saved, read = [], intake.read

    def save():
        text = f"# {len(saved)}\n"
        saved.append(revisions.save("a.md", text, actor="alice", door="admin").revision.number)
        connection.close()

    def reads(path, *more):
        if int(path[-4]) % 2 == 0:
            alice = Thread(target=save)
            alice.start()
            alice.join(timeout=10)  # half of what SQLite waits for a lock
            assert not alice.is_alive(), "she waits for the one who reads"
        return read(path, *more)

    monkeypatch.setattr(intake, "read", reads)
    assert reconcile_folder().taken == 6
    assert saved == [1, 2, 3]
    assert revisions.live().count() == 7


def test_ten_thousand_files_at_once(folder, django_assert_max_num_queries):
    """Some are hinted at as they arrive, then a scan finds them all; then folders of them move."""
    reconcile_folder()
    fill(folder, 0)
    assert reconcile_folder([f"part-0/{each}.md" for each in range(HINTED)]).taken == HINTED
    for number in range(1, FOLDERS):
        fill(folder, number)
    with django_assert_max_num_queries(1500):
        assert reconcile_folder().taken == FOLDERS * EACH - HINTED
    assert held() == files(folder)
    assert compare_folder().in_sync
    assert Revision.objects.count() == FOLDERS * EACH

    identities = dict(Document.objects.values_list("path", "id"))
    for number in range(10):
        (folder / f"part-{number}").rename(folder / f"moved-{number}")
    report = reconcile_folder()
    assert (report.taken, report.paused) == (10 * EACH, "")
    assert held() == files(folder)
    moved = {path.replace("part-", "moved-"): id_ for path, id_ in identities.items()
             if int(path.partition("/")[0].removeprefix("part-")) < 10}  # fmt: skip
    now = dict(Document.objects.filter(path__startswith="moved-").values_list("path", "id"))
    assert now == moved
