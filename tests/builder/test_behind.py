"""What is told outside the database of how far the served version is behind."""

import time

from django.conf import settings

from builder.reconcile import reconcile
from knowledge.models import Document
from knowledge.signals import knowledge_changed
from retrieval.files import locked
from routing import behind, pointer, policy, rollback

DISK = "# Disk full\n\nWhen the disk is full, remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"


def told() -> dict | None:
    return behind.told(settings.DATA_DIR, pointer.read(settings.DATA_DIR), time.time())


def test_it_tells_that_all_is_served(place):
    place.publish({"disk.md": DISK})
    assert told() == {"in_sync": True, "edits": 0, "mode": "auto"}


def test_it_counts_what_waits_under_the_manual_policy(place):
    place.publish({"disk.md": DISK})
    policy.change("manual", actor="alice", reason="release week")
    place.publish({"disk.md": NODE, "node.md": NODE})
    assert told() == {"in_sync": False, "edits": 2, "mode": "manual"}


def test_it_tells_nothing_between_a_switch_and_the_next_look(place):
    place.publish({"disk.md": DISK})
    place.publish({"disk.md": NODE})
    rollback.rollback(actor="alice", reason="wrong", door="admin")
    assert told() is None
    reconcile()
    assert told() == {"in_sync": False, "edits": 1, "mode": "held"}


def test_the_schedule_tells_an_edit_while_another_builds(place):
    place.publish({"disk.md": DISK})
    place.write("disk.md", NODE)
    with locked(place.layout.build_lock, timeout=0):
        reconcile()
        assert told() == {"in_sync": True, "edits": 0, "mode": "auto"}
        reconcile(routine=True)
    assert told() == {"in_sync": False, "edits": 1, "mode": "auto"}


def test_an_edit_saved_while_another_builds_is_known_at_once(place):
    """Look, save, ask: before anything looks again."""
    place.publish({"disk.md": DISK})
    assert told()["in_sync"]
    with locked(place.layout.build_lock, timeout=0):
        knowledge_changed.send(sender=Document, paths=["disk.md"])
        assert told() == {"in_sync": False, "edits": 1, "mode": "auto"}
    reconcile()
    assert told() == {"in_sync": True, "edits": 0, "mode": "auto"}


def test_an_edit_that_can_not_be_noted_is_saved_all_the_same(place):
    place.publish({"disk.md": DISK})
    in_the_way = behind.edited_path(settings.DATA_DIR)
    in_the_way.unlink(missing_ok=True)
    in_the_way.symlink_to(in_the_way.parent / "gone" / "away")
    try:
        knowledge_changed.send(sender=Document, paths=["disk.md"])
        assert told() == {"in_sync": True, "edits": 0, "mode": "auto"}
    finally:
        in_the_way.unlink()


def test_what_is_in_quarantine_is_not_in_sync(place):
    place.publish({"disk.md": DISK})
    place.publish({"disk.md": NODE})
    rollback.rollback(actor="alice", reason="wrong", door="admin", quarantine=["disk.md"])
    reconcile()
    assert told() == {"in_sync": False, "edits": 0, "mode": "auto"}


def test_what_can_not_be_written_stops_no_reconcile(place):
    first = place.publish({"disk.md": DISK})
    in_the_way = behind.path(settings.DATA_DIR)
    in_the_way.unlink()
    in_the_way.mkdir()
    try:
        assert place.publish({"disk.md": NODE}).number > first.number
        assert told() is None
        assert list(in_the_way.parent.glob(".tmp-sync*")) == []
    finally:
        in_the_way.rmdir()
