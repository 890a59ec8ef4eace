"""Under the manual policy what is proved waits for a person, and nothing turns in circles."""

import pytest

from builder.reconcile import reconcile
from builder.status import status
from routing import activation, policy
from routing.models import DeploymentVersion
from tests.builder.test_reconcile import DISK, ETCD, NODE


@pytest.fixture
def first(place):
    """#1 is served; from now on a person decides."""
    version = place.publish({"disk.md": DISK})
    policy.change("manual", actor="alice", reason="release week")
    return version


def test_what_is_proved_waits_for_a_person(place, first):
    assert place.publish({"node.md": NODE}) == first
    waiting = place.newest()
    reconcile()
    assert (place.newest(), waiting.state) == (waiting, "ready")
    told = status()
    assert (told["policy"], told["waiting"], told["in_sync"]) == ("manual", [waiting.number], False)
    activation.activate(waiting.number, actor="alice", door="admin")
    reconcile()
    assert (place.active(), place.newest()) == (waiting, waiting)


def test_a_newer_edit_overtakes_what_waits(place, first):
    place.publish({"node.md": NODE})
    earlier = place.newest()
    place.publish({"etcd.md": ETCD})
    earlier.refresh_from_db()
    assert (earlier.state, place.newest().label in earlier.reason) == ("overtaken", True)
    assert status()["waiting"] == [place.newest().number]


def test_what_a_person_rejected_is_not_built_again_until_something_changes(place, first):
    place.publish({"node.md": NODE})
    rejected = place.newest()
    activation.reject(rejected.number, actor="alice", reason="not yet", door="admin")
    reconcile()
    assert place.newest() == rejected
    assert status()["waiting"] == []
    place.publish({"etcd.md": ETCD})
    assert status()["waiting"] == [rejected.number + 1]


def test_back_to_automatic_what_waits_goes_live(place, first):
    place.publish({"node.md": NODE})
    waiting = place.newest()
    policy.change("auto", actor="alice", reason="the week is over")
    assert place.publish() == waiting
    assert DeploymentVersion.objects.count() == 2


def test_an_index_that_was_lost_is_built_anew_without_a_person(place, first):
    place.layout.manifest(first.number).unlink()
    assert place.publish().number > first.number


def test_both_a_hold_and_the_policy_must_let_it_through(place, first):
    place.publish({"node.md": NODE})
    waiting = place.newest()
    activation.activate(waiting.number, actor="alice", door="admin")
    activation.rollback(actor="bob", reason="bad edit", door="admin")
    policy.change("auto", actor="alice", reason="the week is over")
    assert place.publish() == first
    activation.resume(actor="bob", door="admin")
    assert place.publish() == waiting
