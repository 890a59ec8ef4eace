"""Reconcile end to end: real files, a real database, real backends."""

from builder.reconcile import reconcile
from routing.models import DeploymentVersion
from tests.builder.place import check

DISK = "# Disk full\n\nWhen the disk is full, run `df -h` and remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"


def test_it_serves_what_the_folder_holds(place):
    version = place.publish({"ops/disk.md": DISK, "ops/node.md": NODE})
    assert place.search("remove old journals") == ["ops/disk.md"]
    assert (version.documents, version.trigger, version.coverage) == (2, "folder", 1.0)
    assert version.changes["counts"] == {"added": 2, "changed": 0, "removed": 0}
    assert version.gate["passed"]
    assert check(version, "insertion")["measured"] == 2


def test_it_builds_nothing_when_nothing_changed(place):
    first = place.publish({"disk.md": DISK})
    reconcile()
    assert place.newest() == first


def test_it_builds_nothing_for_an_empty_knowledge_base(place):
    reconcile()
    assert not DeploymentVersion.objects.exists()
