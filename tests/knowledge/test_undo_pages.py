"""Undo of a deletion: exactly what was deleted together comes back, and nothing is overwritten."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from knowledge import revisions
from knowledge.models import Document
from knowledge.signals import knowledge_changed

pytestmark = pytest.mark.django_db

LIST = reverse("admin:knowledge_document_changelist")
UNDO = reverse("admin:knowledge_undo")


@pytest.fixture
def alice(client):
    client.force_login(User.objects.create_superuser("alice"))
    return client


def saved(path, body="# A\r\n\r\nText\r\n"):
    return revisions.save(path, body, actor="bob", door="api").revision.document


def delete(client, *documents):
    """As the page is posted; returns the address that the message's Undo leads to."""
    seen = ",".join(f"{each.pk}:{each.revision.number}" for each in documents)
    told = client.post(
        reverse("admin:knowledge_document_delete_several"), {"seen": seen}, follow=True
    )
    found = re.search(rf'href="({UNDO}[^"]*)"', told.content.decode())
    return found and found[1].replace("&amp;", "&")


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def undo(client, address):
    return client.post(UNDO, {"seen": client.get(address).context["seen"]}, follow=True)


def live():
    return sorted(revisions.live().values_list("path", flat=True))


def test_one_deletion_is_undone_to_the_byte(alice):
    document = saved("ops/a.md")
    address = delete(alice, document)
    assert "ops/a.md · deleted by alice (admin)" in text(alice.get(address))
    assert live() == [], "looking changes nothing"
    assert "ops/a.md is back." in text(undo(alice, address))
    back = revisions.get("ops/a.md")
    assert (back.document_id, back.number, back.body) == (document.pk, 3, "# A\r\n\r\nText\r\n")
    assert (back.saved_by, back.door, back.note) == ("alice", "admin", "Restored from revision 1")


def test_what_was_deleted_together_comes_back_together_and_nothing_else(alice):
    before = saved("before.md")
    delete(alice, before)
    address = delete(alice, *(saved(f"{name}.md") for name in "abc"))
    assert "Bring back 3 documents" in text(alice.get(address))
    assert "3 documents are back." in text(undo(alice, address))
    assert live() == ["a.md", "b.md", "c.md"]


def test_it_is_told_once_to_who_builds(alice, django_capture_on_commit_callbacks):
    address = delete(alice, *(saved(f"{name}.md") for name in "abc"))
    heard = []

    def hear(paths, **_):
        heard.append(paths)

    knowledge_changed.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        undo(alice, address)
    knowledge_changed.disconnect(hear)
    assert heard == [["a.md", "b.md", "c.md"]]


def test_what_somebody_made_again_meanwhile_is_left_as_it_is(alice):
    """a.md is saved again, b.md saved and deleted again; b's second deletion is another click."""
    address = delete(alice, *(saved(f"{name}.md") for name in "abc"))
    seen = alice.get(address).context["seen"]
    saved("a.md", "new\n")
    saved("b.md", "new\n")
    revisions.delete("b.md", actor="carol", door="api")
    told = text(alice.post(UNDO, {"seen": seen}, follow=True))
    assert "c.md is back." in told
    assert "a.md was saved again since it was deleted" in told
    assert live() == ["a.md", "c.md"]
    assert revisions.get("a.md").body == "new\n"
    assert "nothing to bring back" in text(alice.post(UNDO, {"seen": "x,,7777"}, follow=True))


def test_another_document_at_its_path_is_not_overwritten(alice):
    address = delete(alice, saved("a.md"))
    saved("b.md", "other\n")
    revisions.move("b.md", "a.md", actor="carol", door="api")
    assert "Left as it is" in text(undo(alice, address))
    assert revisions.get("a.md").body == "other\n"


def test_undoing_twice_does_nothing_more(alice):
    address = delete(alice, saved("a.md"))
    seen = alice.get(address).context["seen"]
    alice.post(UNDO, {"seen": seen})
    assert "nothing to bring back" in text(alice.get(address, follow=True))
    alice.post(UNDO, {"seen": seen})
    assert Document.objects.get().revisions.count() == 3


def test_any_that_are_deleted_are_brought_back_from_the_list(alice):
    chosen = [saved(f"{name}.md") for name in "ab"]
    for path in ("a.md", "b.md"):
        revisions.delete(path, actor="folder", door="folder")
    listed = alice.get(LIST + "?state=deleted").content.decode()
    assert "bring_back_selected" in listed
    assert "delete_selected" not in listed
    assert "bring_back_selected" not in alice.get(LIST).content.decode()
    data = {"action": "bring_back_selected", "_selected_action": [each.pk for each in chosen]}
    asked = alice.post(LIST + "?state=deleted", data)
    assert "Bring back 2 documents" in text(asked)
    alice.post(UNDO, {"seen": asked.context["seen"]})
    assert live() == ["a.md", "b.md"]


def test_nonsense_in_the_address_brings_nothing(alice):
    for query in ("", "?at=x&by=alice", "?at=2020-99-99T00:00:00&by=alice"):
        assert "nothing to bring back" in text(alice.get(UNDO + query, follow=True))


def test_who_may_not_add_is_offered_no_undo(client):
    carol = User.objects.create_user("carol", is_staff=True)
    for codename in ("view_document", "delete_document"):
        carol.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(carol)
    assert delete(client, saved("a.md")) is None
    assert live() == []
    assert client.post(UNDO, {"seen": "2"}).status_code == 403
