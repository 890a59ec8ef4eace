"""The database lost, or older than the disk: the history comes back as far as the disk tells."""

import pytest
from django.conf import settings
from django.db import connection

from builder import construction
from builder.reconcile import reconcile
from routing import activation, pointer
from routing.models import Activation, DeploymentVersion

DISK = "# Disk full\n\nWhen the disk is full, run `df -h` and remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"
TABLES = (
    "routing_decision", "routing_activation", "routing_hold", "routing_deploymentversion",
    "knowledge_quarantine", "knowledge_foldersync",
)  # fmt: skip


def lose_the_database() -> None:
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("UPDATE knowledge_document SET revision_id = NULL, conflict_id = NULL")
        cursor.execute("DELETE FROM knowledge_revision")
        for table in ("document", "place"):
            cursor.execute(f"DELETE FROM knowledge_{table}")


@pytest.fixture
def three(place, monkeypatch):
    """#n is retired, #n+1 is served, #n+2 was rejected, #n+3 died before its verdict."""
    first = place.publish({"disk.md": DISK})
    second = place.publish({"disk.md": DISK + "\nThen call Marguerite.\n"})
    real = construction.publish.prove

    def found_wanting(*args):
        report = real(*args)
        report.checks[0] = type(report.checks[0])("sums", False, 0, 1, "Spoilt for the test.")
        return report

    def died(*args):
        raise SystemExit

    monkeypatch.setattr(construction.publish, "prove", found_wanting)
    place.publish({"node.md": NODE})
    monkeypatch.setattr(construction.publish, "prove", died)
    with pytest.raises(SystemExit):
        place.publish({"node.md": NODE + "\nAgain.\n"})
    monkeypatch.setattr(construction.publish, "prove", real)
    place.remove("node.md")
    return first, second


def test_a_lost_database_knows_its_versions_again(place, three):
    first, second = three
    before = pointer.read(settings.DATA_DIR)
    lose_the_database()
    reconcile()
    rows = {row.number: row for row in DeploymentVersion.objects.all()}
    number = first.number
    states = [rows[number + n].state for n in range(4)]
    assert states == ["retired", "retired", "rejected", "failed"]
    assert rows[number + 2].reason == "Spoilt for the test."
    assert "never proved" in rows[number + 3].reason
    told = rows[second.number]
    assert (told.trigger, told.actor) == (second.trigger, second.actor)
    assert told.changes == second.changes
    assert told.gate["passed"]
    recovered = Activation.objects.get(kind="recover")
    assert (recovered.version_id, recovered.actor) == (second.number, "system")
    assert recovered.epoch == before.epoch + 1
    now = pointer.read(settings.DATA_DIR)
    assert now.epoch > recovered.epoch
    assert now.version == number + 4, "the documents came back from the folder, at revision 1"
    assert place.search("Marguerite") == ["disk.md"]


def test_what_was_restored_can_return(place, three):
    first, _ = three
    lose_the_database()
    reconcile()
    activation.activate(first.number, actor="alice", door="api")
    assert place.active() == first
    assert place.search("remove old journals") == ["disk.md"]


def test_a_lost_pointer_is_written_again_by_the_next_reconcile(place):
    place.publish({"disk.md": DISK})
    before = pointer.read(settings.DATA_DIR)
    pointer.path(settings.DATA_DIR).unlink()
    reconcile()
    assert pointer.read(settings.DATA_DIR) == before
