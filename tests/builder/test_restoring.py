"""The database lost, or older than the disk: the history comes back as far as the disk tells."""

import pytest
from django.conf import settings
from django.db import connection

from builder import collection, construction
from builder.reconcile import reconcile
from builder.status import status
from knowledge.models import Quarantine
from routing import activation, holds, pointer, policy, versions
from routing.models import Activation, Decision, DeploymentVersion

DISK = "# Disk full\n\nWhen the disk is full, run `df -h` and remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"
TABLES = (
    "routing_decision", "routing_activation", "routing_hold", "routing_deploymentversion",
    "routing_policychange", "knowledge_quarantine", "knowledge_foldersync",
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


CALL = DISK + "\nThen call Marguerite.\n"


@pytest.fixture
def two(place):
    return place.publish({"disk.md": DISK}), place.publish({"disk.md": CALL})


def test_a_rollback_holds_without_the_database(place, two):
    """V8: what was rolled back is not served again; who stopped it, when and why stays."""
    first, _ = two
    activation.rollback(actor="alice", reason="wrong number", door="api")
    reconcile()
    held = holds.held()
    lose_the_database()
    reconcile()
    assert place.active().number == first.number
    assert place.search("Marguerite") == []
    again = holds.held()
    told = ("placed_by", "placed_at", "reason")
    assert [getattr(again, name) for name in told] == [getattr(held, name) for name in told]
    place.publish({"node.md": NODE})
    assert place.active().number == first.number
    activation.resume(actor="bob", door="api")
    reconcile()
    assert place.search("Marguerite") == ["disk.md"]


def test_pins_and_the_policy_stay_without_the_database(place, two, settings):
    first, second = two
    settings.KEEP_VERSIONS, settings.COLLECT_GRACE_SECONDS = 1, 0
    versions.pin(first.number, actor="alice", reason="the audit", door="api")
    policy.change("manual", actor="bob", reason="release week")
    reconcile()
    lose_the_database()
    collection.collect()
    assert place.layout.manifest(first.number).is_file()
    place.publish({"node.md": NODE})
    assert place.active().number == second.number
    assert (status()["policy"], policy.latest().changed_by) == ("manual", "bob")
    assert Decision.objects.get().reason == "the audit"
    collection.collect()
    assert place.layout.manifest(first.number).is_file()


def test_a_quarantine_stays_without_the_database(place, two):
    """The text that it serves is in the index alone by then; the folder has the blamed one."""
    activation.rollback(actor="alice", reason="wrong number", door="api", quarantine=["disk.md"])
    reconcile()
    assert place.search("Marguerite") == []
    lose_the_database()
    reconcile()
    assert place.search("Marguerite") == []
    assert place.search("remove old journals") == ["disk.md"]
    again = Quarantine.objects.get()
    assert (again.placed_by, again.reason) == ("alice", "wrong number")
    assert (status()["quarantined"], status()["held"]) == (["disk.md"], None)
    assert (place.folder / "disk.md").read_text() == CALL
    reconcile()
    assert Quarantine.objects.get() == again


def test_what_was_decided_anew_before_the_first_reconcile_stays(place, two):
    activation.rollback(actor="alice", reason="wrong number", door="api")
    policy.change("manual", actor="bob", reason="release week")
    reconcile()
    lose_the_database()
    policy.change("manual", actor="carol", reason="a fresh start")
    reconcile()
    assert (policy.latest().changed_by, holds.held().placed_by) == ("carol", "alice")


def test_an_older_database_learns_that_the_hold_was_lifted(place, two):
    activation.rollback(actor="alice", reason="wrong number", door="api")
    reconcile()
    open_hold = holds.held()
    activation.resume(actor="bob", door="api")
    reconcile()
    type(open_hold).objects.update(lifted_at=None, lifted_by="", lifted_door="")
    reconcile()
    assert holds.held() is None
    open_hold.refresh_from_db()
    assert open_hold.lifted_by == "bob"


@pytest.mark.parametrize("harm", ["deleted", "spoilt", "behind"])
def test_the_file_of_decisions_is_mended_by_the_next_reconcile(place, two, harm):
    """Also where a crash came between the commit and the file."""
    file = place.layout.decisions
    activation.rollback(actor="alice", reason="wrong number", door="api")
    reconcile()
    before = file.read_bytes()
    policy.change("manual", actor="bob", reason="release week")
    if harm == "deleted":
        file.unlink()
    if harm == "spoilt":
        file.write_bytes(before[:40])
    reconcile()
    assert b"wrong number" in file.read_bytes()
    assert b"release week" in file.read_bytes()
    assert (policy.current(), holds.held().placed_by) == ("manual", "alice")


@pytest.mark.parametrize("held", [True, False])
def test_with_the_pointer_lost_too_no_epoch_returns(place, two, held):
    first, second = two
    if held:
        activation.rollback(actor="alice", reason="wrong number", door="api")
    reconcile()
    before = pointer.read(settings.DATA_DIR)
    lose_the_database()
    pointer.path(settings.DATA_DIR).unlink()
    pointer.active_version_path(settings.DATA_DIR).unlink()
    reconcile()
    recovered = Activation.objects.order_by("epoch")[0]
    assert recovered.epoch == before.epoch + 1
    assert recovered.version_id == (first if held else second).number
    assert pointer.read(settings.DATA_DIR).epoch > before.epoch
    assert (place.search("Marguerite") == []) is held
