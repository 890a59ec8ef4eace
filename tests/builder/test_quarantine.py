"""Roll back and quarantine: the blamed texts stay away, everything else flows on by itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from builder import embedding, publish, steps
from knowledge import quarantine, revisions
from knowledge.models import Quarantine, Revision
from retrieval.files import Locked, locked
from routing import activation, blaming
from routing.errors import CannotQuarantine, EpochConflict, NotChanged
from routing.models import Activation, Hold

DISK = "# Disk full\n\nWhen the disk is full, run `df -h` and remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"
ETCD = "# Etcd\n\nDefragment a member when its database has grown.\n"
WRONG = DISK + "\nWrong advice: call Marguerite.\n"
BETTER = NODE + "\nThen uncordon it: Bernadette.\n"


@pytest.fixture
def bad(place):
    """#1 was good; #2 has a bad text of disk.md, a good edit of node.md, and the new etcd.md."""
    first = place.publish({"disk.md": DISK, "node.md": NODE})
    second = place.publish({"disk.md": WRONG, "node.md": BETTER, "etcd.md": ETCD})
    return first, second


def back(*blamed, **wish):
    wish = {"actor": "alice", "reason": "wrong answer", "door": "api", **wish}
    return activation.rollback(quarantine=blamed, **wish)


def held():
    return Hold.objects.filter(lifted_at=None).exists()


def test_the_blamed_stays_as_it_was_and_all_else_flows_on(place, bad):
    first, second = bad
    switched = back("disk.md")
    assert (switched.version_id, switched.kind, held()) == (first.number, "rollback", False)
    assert place.search("Marguerite") == place.search("Bernadette") == []
    third = place.publish()
    assert third.number > second.number
    assert place.search("Marguerite") == []
    assert place.search("Bernadette") == ["node.md"]
    assert place.search("Defragment") == ["etcd.md"]
    assert place.search("old journals") == ["disk.md"]
    [placed] = quarantine.open_ones()
    assert (placed.document.path, placed.placed_by, placed.reason) == (
        "disk.md", "alice", "wrong answer",
    )  # fmt: skip


def test_new_edits_of_it_are_saved_and_not_served_until_its_release(place, bad):
    back("disk.md", "etcd.md")
    place.publish({"disk.md": DISK + "\nAsk Celestine.\n", "node.md": NODE + "\nAsk Odile.\n"})
    assert place.search("Celestine") == place.search("Defragment") == []
    assert place.search("Odile") == ["node.md"]
    assert "Celestine" in revisions.get("disk.md").body
    quarantine.release("disk.md", actor="bob")
    place.publish()
    assert place.search("Celestine") == ["disk.md"]
    assert place.search("Defragment") == []


def test_with_all_of_them_to_blame_nothing_is_built(place, bad):
    first, second = bad
    back("disk.md", "node.md", "etcd.md")
    assert place.publish() == first
    assert place.newest() == second


def test_a_deletion_can_be_to_blame(place, bad):
    place.remove("node.md")
    place.publish({"disk.md": DISK})
    back("node.md")
    place.publish()
    assert place.search("Bernadette") == ["node.md"]
    assert place.search("Marguerite") == []


def test_deleting_a_quarantined_document_is_served(place, bad):
    back("disk.md")
    place.publish()
    revisions.delete("disk.md", actor="bob", door="admin")
    place.publish()
    assert place.search("old journals") == []
    assert not quarantine.open_ones()


def test_a_hold_that_was_there_before_stays(place, bad):
    first, second = bad
    third = place.publish({"disk.md": WRONG + "\nWorse: Philomena.\n"})
    activation.activate(second.number, actor="carol", reason="drill", door="api")
    back("disk.md")
    assert Hold.objects.get(lifted_at=None).placed_by == "carol"
    assert place.publish() == first
    assert place.newest().number > third.number  # built and waiting
    activation.resume(actor="carol", door="api")
    place.publish()
    assert place.search("Bernadette") == ["node.md"]
    assert place.search("Marguerite") == place.search("Philomena") == []


def test_a_build_of_the_blamed_text_that_is_under_way_is_not_published(place, bad, monkeypatch):
    """The builder has the bad text of disk.md in #3, whose checks have just begun; then the
    operator rolls back and blames disk.md, which places no hold; then the checks of #3 pass.
    """
    first, _ = bad
    real = publish.prove

    def blamed_meanwhile(candidate, progress):
        monkeypatch.setattr(publish, "prove", real)
        back("disk.md")
        return real(candidate, progress)

    monkeypatch.setattr(publish, "prove", blamed_meanwhile)
    place.publish({"node.md": BETTER + "\nAsk Odile.\n"})
    assert place.search("Odile") == ["node.md"]
    assert place.search("Marguerite") == []
    last = Activation.objects.order_by("epoch").values_list("kind", "version_id")
    assert list(last)[2:] == [("rollback", first.number), ("publish", place.newest().number)]


def test_what_was_about_to_be_activated_is_not(place, bad, monkeypatch):
    """Reconcile decided to activate #3, proved with the bad text; then the operator rolls back and
    blames it; then reconcile carries out what it decided.
    """
    activation.rollback(actor="carol", reason="drill", door="api")
    place.publish({"node.md": BETTER + "\nAsk Odile.\n"})
    activation.resume(actor="carol", door="api")
    activation.activate(bad[1].number, actor="carol", door="api")
    decided = steps.following()
    assert isinstance(decided, steps.Activate)
    assert decided.version == place.newest()
    back("disk.md")
    assert decided.take()
    assert place.active() == bad[0]
    place.publish()
    assert place.search("Odile") == ["node.md"]
    assert place.search("Marguerite") == []


def test_an_edit_that_lands_between_look_and_click_is_saved_and_not_served(place, bad):
    """The operator sees that disk.md changed; Bob saves it once more; the operator blames it."""
    seen = activation.current().epoch
    revisions.save("disk.md", WRONG + "\nAsk Philomena.\n", actor="bob", door="api")
    back("disk.md", epoch=seen)
    place.publish()
    assert place.search("Marguerite") == place.search("Philomena") == []
    assert revisions.get("disk.md").saved_by == "bob"


def test_an_edit_that_is_served_between_look_and_click_is_looked_at_first(place, bad):
    seen = activation.current().epoch
    place.publish({"disk.md": WRONG + "\nAsk Philomena.\n"})
    with pytest.raises(EpochConflict):
        back("disk.md", epoch=seen)
    assert not Quarantine.objects.exists()


def test_of_two_at_once_one_wins_and_the_other_changes_nothing(place, bad, monkeypatch):
    """Alice's rollback has looked at what is served; Bob's, with another to blame, is carried out
    from beginning to end; then Alice's goes on.
    """
    seen = activation.current().epoch
    real = blaming.as_they_were

    def bob_comes_first(*arguments):
        found = real(*arguments)
        monkeypatch.setattr(blaming, "as_they_were", real)
        back("node.md", actor="bob", epoch=seen)
        return found

    monkeypatch.setattr(blaming, "as_they_were", bob_comes_first)
    with pytest.raises(EpochConflict, match="Another activation came first"):
        back("disk.md", epoch=seen)
    [placed] = quarantine.open_ones()
    assert (placed.document.path, placed.placed_by) == ("node.md", "bob")
    assert Activation.objects.latest("epoch").actor == "bob"


def test_what_did_not_change_cannot_be_to_blame(place, bad):
    place.publish({"calm.md": ETCD})
    with pytest.raises(NotChanged, match=r"'node.md' did not change between #\d+ and #\d+"):
        back("calm.md", "node.md")
    newest = place.publish({"calm.md": DISK})
    activation.rollback(actor="alice", reason="drill", door="api")
    with pytest.raises(NotChanged, match="only a rollback blames"):
        activation.activate(newest.number, actor="alice", door="api", quarantine=["calm.md"])
    assert not Quarantine.objects.exists()


def test_a_text_that_the_database_no_longer_has_is_refused_and_nothing_changes(place, bad):
    """As after an older copy of the database was put back: the index knows more than it does."""
    epoch = activation.current().epoch
    Revision.objects.filter(document__path="disk.md", number=1).update(sha256="0" * 64)
    with pytest.raises(CannotQuarantine, match=r"Revision 1 of 'disk\.md' is not known here any"):
        back("disk.md")
    assert (activation.current().epoch, held()) == (epoch, False)
    assert place.search("Marguerite") == ["disk.md"]


def test_the_api_takes_the_documents_to_blame(place, bad, client, settings):
    first, _ = bad

    def post(name, body, *arguments):
        return client.post(
            reverse(name, args=arguments), body, content_type="application/json",
            headers={"Authorization": f"Bearer {settings.CONTROL_TOKEN}"},
        )  # fmt: skip

    answer = post("rollback", {"quarantine": ["nothing.md"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "not_changed")
    assert "'nothing.md' did not change" in answer.json()["detail"]
    answer = post("rollback", {"quarantine": "disk.md"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    answer = post("version-activate", {"quarantine": ["disk.md"]}, first.number)
    assert (answer.status_code, answer.json()["kind"]) == (200, "rollback")
    assert not held()
    again = post("version-activate", {"quarantine": ["disk.md"]}, first.number)
    assert (again.status_code, again.json()["code"]) == (400, "not_changed")
    place.publish()
    assert place.search("Marguerite") == []


def test_the_page_lists_what_changed_and_takes_what_is_to_blame(place, bad, client):
    """As a browser without scripts uses it; what is not in its list is refused, not ignored."""
    first, _ = bad
    client.force_login(User.objects.create_superuser("alice", password="x"))
    page = reverse("admin:routing_switch", args=[first.number])
    shown = client.get(page).content.decode()
    assert "Which are to blame?" in shown
    for path in ("disk.md", "node.md", "etcd.md"):
        assert f'value="{path}"' in shown
    wish = {"epoch": activation.current().epoch, "reason": "bad edit"}
    refused = client.post(page, {**wish, "blamed": ["calm.md"]})
    assert "calm.md does not differ between the two any more." in refused.content.decode()
    assert activation.current().version_id != first.number
    assert client.post(page, {**wish, "blamed": ["disk.md"]}).status_code == 302
    assert (activation.current().version_id, held()) == (first.number, False)
    listed = client.get(reverse("admin:routing_deploymentversion_changelist")).content.decode()
    assert "1 document is quarantined, and served as it was: disk.md." in listed
    place.publish()
    assert place.search("Bernadette") == ["node.md"]
    assert place.search("Marguerite") == []


def test_with_none_ticked_it_is_a_rollback_with_its_hold(place, bad, client):
    client.force_login(User.objects.create_superuser("alice", password="x"))
    page = reverse("admin:routing_switch", args=[bad[0].number])
    wish = {"epoch": activation.current().epoch, "reason": "bad edit"}
    assert client.post(page, wish).status_code == 302
    assert held()
    assert not Quarantine.objects.exists()


def test_a_rollback_does_not_wait_for_a_build(place, bad, monkeypatch):
    """A build is held open in its embedding; meanwhile someone rolls back and is answered; then
    the build goes on, and waits.
    """
    first, _ = bad
    real = embedding.at_once

    def rolled_back_meanwhile(texts, *arguments):
        monkeypatch.setattr(embedding, "at_once", real)
        with ThreadPoolExecutor(1) as held_lock:
            assert held_lock.submit(_is_taken, place.layout.build_lock).result()
        activation.rollback(actor="alice", reason="drill", door="api")
        assert place.search("Marguerite") == []
        return real(texts, *arguments)

    monkeypatch.setattr(embedding, "at_once", rolled_back_meanwhile)
    place.publish({"node.md": BETTER + "\nAsk Odile.\n"})
    assert place.active() == first
    assert place.newest().state == "ready"
    assert place.search("Odile") == []


def _is_taken(lock):
    try:
        with locked(lock, timeout=0):
            return False
    except Locked:
        return True
