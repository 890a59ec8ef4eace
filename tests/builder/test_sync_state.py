"""What the strip says of whether all that was saved is served."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from knowledge import quarantine, revisions
from knowledge.models import FolderSync
from routing import activation
from tests.builder.test_reconcile import DISK, NODE

LIST = "/admin/routing/deploymentversion/"


@pytest.fixture
def strip(db):
    client = Client()
    client.force_login(User.objects.create_superuser("alice"))

    def page():
        return (
            client.get(LIST).content.decode().partition('class="kb-strip')[2].partition("</div>")[0]
        )

    return page


def save(path, body):
    revisions.save(path, body, actor="alice", door="admin")


def test_it_is_in_sync_until_someone_saves_and_again_once_that_is_served(place, strip):
    place.publish({"disk.md": DISK, "node.md": NODE})
    assert "In sync" in strip()
    save("disk.md", NODE)
    assert "1 edit not live yet" in strip()
    revisions.delete("node.md", actor="alice", door="admin")
    assert "2 edits not live yet" in strip()
    assert 'href="/admin/knowledge/document/?state=not-live"' in strip()
    assert "In sync" not in strip()
    place.publish()
    assert "In sync" in strip()


def test_a_rollback_leaves_edits_that_are_not_live(place, strip):
    place.publish({"disk.md": DISK})
    place.publish({"disk.md": DISK, "node.md": NODE})
    activation.rollback(actor="carol", reason="wrong answer", door="api")
    assert "1 edit not live yet" in strip()


def test_a_folder_that_is_paused_is_not_called_in_sync(place, strip):
    place.publish({"disk.md": DISK})
    FolderSync.objects.update_or_create(id=1, defaults={"paused_reason": "It is missing."})
    assert "The folder's sync is paused" in strip() or "The folder&#x27;s sync is paused" in strip()
    assert "In sync" not in strip()


def test_before_the_first_version_nothing_is_said_of_it(place, strip):
    save("disk.md", DISK)
    assert "not live yet" not in strip()


def test_a_document_in_quarantine_is_the_exception(place, strip):
    place.publish({"disk.md": DISK, "node.md": NODE})
    first = revisions.get("disk.md")
    save("disk.md", NODE)
    place.publish()
    earlier = {"disk.md": (first.number, first.sha256)}
    quarantine.place(earlier, actor="alice", reason="wrong")
    place.publish()
    assert "In sync, but for 1 document in quarantine" in strip()
    assert 'href="/admin/knowledge/quarantine/"' in strip()
