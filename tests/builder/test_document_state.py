"""What a document's page says of it: live only when what is served holds its very text."""

import pytest
from django.contrib.auth.models import User

from builder.models import Probe
from builder.progress import Progress
from knowledge import quarantine, revisions, telling
from knowledge.models import Document
from routing import activation, policy, versions
from tests.builder.test_reconcile import DISK, NODE


@pytest.fixture
def alice(db):
    return User.objects.create_superuser("alice")


@pytest.fixture
def told(alice):
    def ask(path="disk.md"):
        return telling.state(Document.objects.select_related("revision").get(path=path), alice)

    return ask


def save(body, path="disk.md"):
    revisions.save(path, body, actor="alice", door="admin")


def now(state):
    return next(step.words for step in state.way.steps if step.is_now)


def test_an_edit_is_live_once_what_is_served_holds_it(place, told):
    first = place.publish({"disk.md": DISK})
    state = told()
    assert (state.kind, state.words) == ("live", f"Live in {first.label}")
    assert state.link.endswith(f"/{first.number}/change/")
    assert state.since
    save(NODE)
    assert (told().kind, told().words, now(told())) == (
        "building", "Saved, not live yet", "Next build",
    )  # fmt: skip
    assert not told().is_settled
    second = place.publish()
    assert (told().kind, told().words) == ("live", f"Live in {second.label}")
    save(DISK)
    save(NODE)
    assert told().kind == "live", "the very text that is served, though under another number"


def test_a_document_is_live_since_readers_got_it_and_not_since_the_last_switch(place, told):
    place.publish({"disk.md": DISK})
    since = told().since
    second = place.publish({"node.md": NODE})
    assert (told().words, told().since) == (f"Live in {second.label}", since)


def test_a_build_is_followed_to_its_checks(place, told):
    place.publish({"disk.md": DISK})
    save(NODE)
    version = versions.create(versions.next_number(), digest="0" * 64, fingerprint={})
    progress = Progress(version.number)
    progress.enter("embed", 40)
    progress.step(40, 40)
    state = told()
    assert (state.words, now(state)) == (f"Building {version.label}", f"Building {version.label}")
    assert (state.way.done, state.way.total) == (40, 40)
    progress.enter("checks", 12)
    assert (told().words, now(told())) == (f"Checking {version.label}", "Checks")
    progress.close()
    save("# Later\n")
    assert told().words == "Saved, not live yet", "that build began before this save"
    versions.failed(version, "for the test")


def test_what_the_checks_refuse_is_told_with_the_reason(place, told):
    place.publish({"disk.md": DISK, "node.md": NODE})
    Probe.objects.create(question="What if the disk is full?", must_contain="journals")
    save("# Disk full\n\nBuy another one.\n")
    place.publish()
    state = told()
    assert (state.kind, state.words) == ("rejected", "Check failed")
    assert "it does not say journals" in state.detail
    assert state.link.endswith(f"/{place.newest().number}/change/")
    assert told("node.md").kind == "live"


def test_under_the_manual_policy_it_waits_for_a_person(place, told):
    place.publish({"disk.md": DISK})
    policy.change("manual", actor="alice", reason="release week")
    save(NODE)
    place.publish()
    assert (told().kind, told().words) == ("waiting", "Waits for a person")
    assert place.newest().label in told().detail


def test_while_updates_are_paused_it_says_by_whom(place, told):
    place.publish({"disk.md": DISK})
    place.publish({"node.md": NODE})
    activation.rollback(actor="carol", reason="wrong answer", door="api")
    save(NODE)
    place.publish()
    assert (told().kind, told().words) == ("paused", "Saved, not live")
    assert "paused by carol" in told().detail
    assert told("node.md").kind == "paused", "the rollback took it away"


def test_a_quarantined_document_says_what_is_served(place, told):
    place.publish({"disk.md": DISK})
    good = revisions.get("disk.md")
    save("# Disk full\n\nWrong advice.\n")
    quarantine.place({"disk.md": (good.number, good.sha256)}, actor="alice", reason="bad edit")
    assert (told().kind, told().detail) == ("quarantined", "Served as of revision 1.")


def test_a_deletion_is_followed_too(place, told):
    place.publish({"disk.md": DISK, "node.md": NODE})
    revisions.delete("disk.md", actor="alice", door="admin")
    assert (told().words, told().way.steps[0].words) == ("Deleted, still served", "Deleted")
    place.publish()
    assert (told().kind, told().is_settled) == ("deleted", True)


def test_many_documents_cost_no_more_queries_than_one(place, alice, django_assert_max_num_queries):
    place.publish({f"{n}.md": f"{DISK}\n{n}\n" for n in range(30)})
    for n in range(10):
        save(f"{NODE}\n{n}\n", f"{n}.md")
    documents = list(Document.objects.select_related("revision"))
    with django_assert_max_num_queries(4):
        states = telling.states(documents, alice)
    assert sorted(state.kind for state in states.values()) == ["building"] * 10 + ["live"] * 20


def test_a_text_that_is_served_and_not_in_the_folder_yet_is_not_settled(place, told):
    """The sync is paused: what the admin saves goes live, and waits for the folder to come back."""
    place.publish({"disk.md": DISK, "node.md": NODE, "etcd.md": f"{NODE} 2"})
    assert told().aside == ""
    place.folder.rename(place.folder.with_name("away"))
    save(NODE)
    place.publish()
    assert (told().kind, told().aside) == ("live", "Not in the knowledge folder yet.")
    assert not told().is_settled


def test_before_the_first_version_it_is_on_its_way(place, told):
    save(DISK)
    assert (told().kind, now(told())) == ("building", "Next build")


def test_who_may_not_see_versions_gets_no_link_to_them(place):
    place.publish({"disk.md": DISK})
    carol = User.objects.create_user("carol", is_staff=True)
    document = Document.objects.select_related("revision").get()
    state = telling.state(document, carol)
    assert (state.kind, state.link) == ("live", "")
