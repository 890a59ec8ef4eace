"""Many documents deleted or brought back: by batches, from where it stopped, over nobody's work."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from knowledge import batches, bulk, deleting, places, quarantine, revisions, tasks, work_pages
from knowledge.bulk_models import BulkAction
from knowledge.models import Document, Revision
from knowledge.signals import knowledge_changed
from tests.knowledge.test_undo_pages import delete, saved, text, undo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder", "few")]

LIST = reverse("admin:knowledge_document_changelist")


@pytest.fixture
def few(monkeypatch):
    """Three a batch, and more than two are many; the browser waits for one batch."""
    monkeypatch.setattr(batches, "BATCH", 3)
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(work_pages, "AT_ONCE", 1)


@pytest.fixture
def alice(client):
    client.force_login(User.objects.create_superuser("alice"))
    return client


@pytest.fixture
def eight():
    return [saved(f"{n}.md") for n in range(8)]


def seen(documents):
    return {each.pk: each.revision.number for each in documents}


def live():
    return sorted(revisions.live().values_list("path", flat=True))


def page(action=None):
    action = action or BulkAction.objects.latest("started_at")
    return reverse("admin:knowledge_bulk", args=[action.pk])


def test_it_is_watched_while_the_worker_goes_on(alice, eight):
    assert delete(alice, *eight) is None, "nothing to undo while it goes on"
    assert len(live()) == 5
    shown = alice.get(page()).content.decode()
    assert '<progress id="work-bar" value="3" max="8">' in shown
    assert "Deleting 8 documents…" in text(alice.get(LIST))
    told = alice.get(page() + "progress/").json()
    assert told == {"state": "running", "done": 3, "of": 8}

    tasks.go_on()
    assert live() == []
    assert "8 documents are deleted." in text(alice.get(page()))
    assert "Deleting" not in text(alice.get(LIST))


def test_its_undo_brings_back_all_of_it_and_nothing_else(alice, eight):
    delete(alice, saved("before.md"))
    delete(alice, *eight)
    tasks.go_on()
    address = re.search(r'href="([^"]*/undo/[^"]*)"', alice.get(page()).content.decode())[1]
    address = address.replace("&amp;", "&")
    assert "Bring back 8 documents" in text(alice.get(address))
    undo(alice, address)
    assert len(live()) == 3
    assert "Bringing back 8 documents" in text(alice.get(page()))
    tasks.go_on()
    assert live() == [each.path for each in eight]
    assert "8 documents are back." in text(alice.get(page()))
    back = revisions.get("7.md")
    assert (back.number, back.body, back.saved_by) == (3, "# A\r\n\r\nText\r\n", "alice")


def test_it_goes_on_where_it_was_killed(eight, monkeypatch):
    """Killed in the second batch, after its revisions and before its commit: none of it is."""
    action = bulk.delete(seen(eight), actor="alice")
    assert not batches.go_on(bulk.KIND, action, batches=1)
    end = quarantine.end_by_deletion

    def dies(documents, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(quarantine, "end_by_deletion", dies)
    with pytest.raises(KeyboardInterrupt):
        batches.go_on(bulk.KIND, action)
    monkeypatch.setattr(quarantine, "end_by_deletion", end)
    assert Revision.objects.filter(deleted=True).count() == 3

    tasks.go_on()
    assert live() == []
    assert Revision.objects.filter(deleted=True).count() == 8
    assert (
        Revision.objects.filter(deleted=True).values("saved_by", "saved_at").distinct().count() == 1
    )


def test_what_somebody_changed_meanwhile_is_left_and_listed(alice, eight):
    """After Alice's first three are gone, Bob saves one, moves one, and deletes one."""
    delete(alice, *eight)
    revisions.save("5.md", "bob's", actor="bob", door="api")
    revisions.move("6.md", "moved.md", actor="bob", door="api")
    revisions.delete("7.md", actor="bob", door="api")
    tasks.go_on()
    assert live() == ["5.md", "moved.md"]
    told = text(alice.get(page()))
    assert "5 documents are deleted." in told
    assert "3 documents were left as they are" in told
    assert "5.md is at revision 2, saved by bob" in told
    assert "Somebody else had deleted it before." in told


def test_nothing_is_begun_when_one_was_saved_since_it_was_shown(alice, eight):
    chosen = ",".join(f"{pk}:{number}" for pk, number in seen(eight).items())
    revisions.save("5.md", "bob's", actor="bob", door="api")
    url = reverse("admin:knowledge_document_delete_several")
    answer = alice.post(url, {"seen": chosen})
    assert answer.status_code == 409
    assert not BulkAction.objects.exists()
    assert len(live()) == 8


def test_what_was_saved_again_meanwhile_is_not_brought_back_over_it(eight):
    deleting.delete_all(eight, actor="alice", door="admin")
    deletions = list(Revision.objects.filter(deleted=True).values_list("pk", flat=True))
    action = bulk.bring_back(deletions, actor="alice")
    assert not batches.go_on(bulk.KIND, action, batches=1)
    saved("7.md", "new\n")
    tasks.go_on()
    assert len(live()) == 8
    assert revisions.get("7.md").body == "new\n"
    [left] = action.items.exclude(reason="")
    assert "7.md was saved again since it was deleted" in left.reason


def test_who_deletes_may_stop_it_half_way(alice, eight):
    delete(alice, *eight)
    assert "5 documents were not touched" in text(alice.post(page(), follow=True))
    tasks.go_on()
    assert len(live()) == 5


def test_it_is_told_once_at_the_end(eight):
    heard = []

    def hear(paths, **_):
        heard.append((paths, Revision.objects.filter(deleted=True).count()))

    knowledge_changed.connect(hear)
    batches.go_on(bulk.KIND, bulk.delete(seen(eight), actor="alice"))
    knowledge_changed.disconnect(hear)
    assert heard == [(None, 8)]


def test_a_document_that_had_other_lives_gets_a_number_of_its_own():
    """b.md was a.md before, and another b.md was deleted at its path: numbers rise for both."""
    first = saved("b.md")
    revisions.delete("b.md", actor="bob", door="api")
    saved("a.md")
    moved = revisions.move("a.md", "b.md", actor="bob", door="api").revision
    assert moved.document_id != first.pk
    batches.go_on(bulk.KIND, bulk.delete({moved.document_id: moved.number}, actor="alice"))
    gone = Revision.objects.filter(path="b.md").order_by("number").values_list("number", "deleted")
    assert list(gone) == [(1, False), (2, True), (3, False), (4, True)]
    assert places.next_number(Document.objects.get(pk=first.pk), "b.md") == 5


def test_what_became_of_each_is_forgotten_after_a_while(eight):
    action = bulk.delete(seen(eight), actor="alice")
    before = batches.timezone.now() - bulk.KEPT * 2
    BulkAction.objects.update(started_at=before)
    tasks.tidy()
    assert BulkAction.objects.exists(), "it is not done yet"
    batches.go_on(bulk.KIND, action)
    tasks.tidy()
    assert not BulkAction.objects.exists()
