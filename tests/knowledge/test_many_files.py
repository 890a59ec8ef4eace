"""K2 for ten thousand files at once: what events told of some of them makes no difference."""

import hashlib

import pytest

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


def test_ten_thousand_files_at_once(folder, django_assert_max_num_queries):
    """Some are hinted at as they arrive, then a scan finds them all; then folders of them move."""
    reconcile_folder()
    fill(folder, 0)
    assert reconcile_folder([f"part-0/{each}.md" for each in range(HINTED)]).taken == HINTED
    for number in range(1, FOLDERS):
        fill(folder, number)
    with django_assert_max_num_queries(700):
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
