"""What an older system holds comes over whole."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from knowledge import asides, conflicts, revisions, text
from knowledge.models import Place, Revision
from knowledge.sync import compare_folder, reconcile_folder

BEFORE = [("knowledge", "0003_freshness")]


@pytest.fixture
def older(transactional_db):
    """The models as they were before places; the newest are put back in the end."""
    executor = MigrationExecutor(connection)
    newest = [key for key in executor.loader.graph.leaf_nodes() if key[0] == "knowledge"]
    executor.migrate(BEFORE)
    yield executor.loader.project_state(BEFORE).apps
    executor = MigrationExecutor(connection)
    executor.migrate(newest)


def test_documents_give_their_bases_to_places_and_their_paths_to_revisions(
    older, folder, monkeypatch
):
    (folder / "a.md").write_text("agreed")
    gone = _document(older, "gone.md", "was", live=False)
    live = _document(older, "a.md", "agreed")
    live.folder_sha, live.folder_stat = live.revision.sha256, "1:2:3:4:5"
    live.save()
    waiting = _document(older, "waits.md", "lost to a later edit")
    waiting.conflict, waiting.revision = waiting.revision, None
    waiting.save()
    older.get_model("knowledge", "Revision").objects.exclude(document=live).update(conflict=True)
    executor = MigrationExecutor(connection)
    executor.migrate([key for key in executor.loader.graph.leaf_nodes() if key[0] == "knowledge"])
    assert dict(Revision.objects.values_list("path", "document")) == {
        "gone.md": gone.pk, "a.md": live.pk, "waits.md": waiting.pk,
    }  # fmt: skip
    assert [each.path for each in conflicts.open_ones()] == ["waits.md"], "the other was settled"
    place = Place.objects.get(path="a.md")
    assert (place.pk, place.sha256, place.stat) == (live.pk, live.folder_sha, "1:2:3:4:5")
    (folder / f".kb-{gone.pk}-{'0' * 16}.aside").write_text("cut short by the older system")
    monkeypatch.setattr(asides, "QUIET_NS", 0)
    reconcile_folder()
    assert Revision.objects.filter(path="gone.md", body__startswith="cut short").exists()
    assert compare_folder().in_sync
    assert revisions.save("new.md", "x", actor="alice", door="api").created
    assert Place.objects.get(path="new.md").pk > gone.pk


def _document(older, path, body, *, live=True):
    document = older.get_model("knowledge", "Document").objects.create(path=path)
    revision = older.get_model("knowledge", "Revision").objects.create(
        document=document,
        number=1,
        body=body,
        sha256=text.digest(body),
        saved_by="alice",
        saved_at=timezone.now(),
        door="api",
    )
    document.revision = revision if live else None
    document.save()
    return document
