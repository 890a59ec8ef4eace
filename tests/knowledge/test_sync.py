import pytest

from knowledge import revisions
from knowledge.sync import compare_folder, reconcile_folder

pytestmark = pytest.mark.django_db


def test_it_takes_a_new_file(folder):
    (folder / "a.md").write_text("# A\n")
    assert not compare_folder().in_sync
    reconcile_folder()
    assert revisions.get("a.md").body == "# A\n"
    assert compare_folder().in_sync


def test_it_writes_a_saved_document(folder):
    revisions.save("ops/b.md", "# B\r\n", actor="alice", door="api")
    reconcile_folder()
    assert (folder / "ops/b.md").read_bytes() == b"# B\r\n"
    assert compare_folder().in_sync
    revisions.save("ops/b.md", "# C\r\n", actor="alice", door="api")
    reconcile_folder()
    assert (folder / "ops/b.md").read_bytes() == b"# C\r\n"
    revisions.delete("ops/b.md", actor="alice", door="api")
    reconcile_folder()
    assert not (folder / "ops/b.md").exists()
