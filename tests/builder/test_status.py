"""GET /api/status: true only when what is served is what folder and database hold now."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from rest_framework.serializers import Serializer

from builder.progress import Progress
from builder.serializers import StatusSerializer
from knowledge import quarantine, revisions
from routing import activation, pointer, versions

DISK = "# Disk full\n\nWhen the disk is full, remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"


def agree(serializer: Serializer, told: dict) -> None:
    """What is told has exactly the fields that its documentation has, all the way down."""
    assert set(told) == set(serializer.fields)
    for name, field in serializer.fields.items():
        each = getattr(field, "child", field)
        if isinstance(each, Serializer) and told[name]:
            for one in told[name] if isinstance(told[name], list) else [told[name]]:
                agree(each, one)


@pytest.fixture
def status(place, client, settings):
    def get():
        answer = client.get(
            reverse("status"), headers={"Authorization": f"Bearer {settings.CONTROL_TOKEN}"}
        )
        assert answer.status_code == 200, answer.content
        agree(StatusSerializer(), answer.json())
        return answer.json()

    return get


def test_it_is_not_in_sync_before_the_first_scan(status):
    told = status()
    assert (told["in_sync"], told["active"], told["policy"]) == (False, None, "auto")


def test_an_empty_knowledge_base_without_a_version_is_in_sync(place, status):
    from builder.reconcile import reconcile

    reconcile()
    assert status()["in_sync"] is True
    assert status()["knowledge"]["documents"] == 0


def test_it_tells_what_is_served(place, status):
    version = place.publish({"disk.md": DISK})
    told = status()
    assert told["active"] == {
        "slot": version.slot, "version": version.number, "digest": version.digest,
        "epoch": 1, "coverage": 1.0,
    }  # fmt: skip
    assert told["knowledge"] == {"documents": 1, "digest": version.digest}
    assert (told["in_sync"], told["waiting"], told["building"]) == (True, [], None)


def test_it_is_not_in_sync_from_the_moment_a_file_differs(place, status):
    place.publish({"disk.md": DISK})
    place.write("disk.md", NODE)
    assert status()["in_sync"] is False
    place.publish()
    assert status()["in_sync"] is True
    place.remove("disk.md")
    assert status()["in_sync"] is False


def test_it_is_not_in_sync_while_an_edit_is_not_served(place, status):
    place.publish({"disk.md": DISK})
    revisions.save("disk.md", NODE, actor="alice", door="api")
    assert status()["in_sync"] is False


def test_it_is_not_in_sync_while_the_pointer_is_behind(place, status, settings):
    place.publish({"disk.md": DISK})
    before = pointer.read(settings.DATA_DIR)
    place.publish({"node.md": NODE})
    pointer.write(settings.DATA_DIR, before)
    assert status()["in_sync"] is False
    assert status()["active"]["version"] == before.version


def test_it_tells_who_holds_and_what_waits(place, status):
    place.publish({"disk.md": DISK})
    second = place.publish({"node.md": NODE})
    activation.rollback(actor="alice", reason="wrong answer", door="api")
    place.publish({"etcd.md": NODE + "\nEtcd.\n"})
    told = status()
    assert (told["held"]["by"], told["held"]["reason"]) == ("alice", "wrong answer")
    assert told["waiting"] == [place.newest().number]
    assert told["in_sync"] is False
    assert second.number not in told["waiting"]


def test_it_tells_how_far_a_build_is(place, status):
    number = versions.next_number()
    version = versions.create(number, digest="0" * 64, fingerprint={})
    assert status()["building"]["version"] == number
    progress = Progress(number)
    progress.enter("embed", 40)
    progress.step(40, 40)
    building = status()["building"]
    assert (building["stage"], building["done"], building["total"]) == ("embed", 40, 40)
    progress.close()
    versions.failed(version, "for the test")
    assert status()["building"] is None


def test_it_lists_the_files_that_are_no_documents(place, status):
    (place.folder / "bad.md").write_bytes(b"\xff\xfe not text")
    place.publish({"disk.md": DISK})
    (rejected,) = status()["rejected_files"]
    assert rejected["path"] == "bad.md"
    assert rejected["reason"]


def test_it_needs_the_right_to_view_versions(place, client, django_user_model):
    assert client.get(reverse("status")).status_code == 401
    charlie = django_user_model.objects.create_user("charlie", password="x", is_staff=True)
    client.force_login(charlie)
    assert client.get(reverse("status")).status_code == 403
    charlie.user_permissions.add(Permission.objects.get(codename="view_deploymentversion"))
    assert client.get(reverse("status")).status_code == 200


def test_a_quarantined_document_is_listed_and_out_of_sync_while_it_differs(place, status):
    """The contract is read strictly: in sync means that what is served is what is held now."""
    place.publish({"disk.md": DISK, "node.md": NODE})
    good = revisions.get("disk.md")
    revisions.save("disk.md", "# Disk full\n\nWrong advice.\n", actor="bob", door="api")
    quarantine.place({"disk.md": (good.number, good.sha256)}, actor="alice", reason="bad edit")
    place.publish()
    told = status()
    assert (told["quarantined"], told["in_sync"], told["building"]) == (["disk.md"], False, None)
    assert told["knowledge"]["digest"] != told["active"]["digest"]
    quarantine.release("disk.md", actor="alice")
    assert status()["quarantined"] == []
    place.publish()
    assert status()["in_sync"] is True


def test_it_tells_what_is_damaged(place, status):
    version = place.publish({"disk.md": DISK})
    versions.damaged(version.number, "A file is cut short.")
    assert status()["damaged"] == [{"version": version.number, "reason": "A file is cut short."}]
