"""What was refused does not stay in the idle slot: the version before is back there."""

import logging

import pytest
from django.conf import settings as configured

from routing import activation, pointer, policy, resting, slots, versions
from routing.pointer import Fallback, Pointer
from tests.routing.indices import built_version, make_rejected, make_version
from tests.routing.test_activation import A2, AB, A, publish

pytestmark = pytest.mark.django_db
RESTED = Pointer(2, "v2", 2, Fallback("v1", 1))


def served() -> Pointer | None:
    return pointer.read(configured.DATA_DIR)


@pytest.fixture
def two(layout):
    """#1 was served before #2; from now on a person decides."""
    publish(layout, 1, A)
    publish(layout, 2, AB)
    policy.change("manual", actor="alice", reason="release week")
    return layout


def test_what_waits_for_a_person_stays_to_be_activated_by_its_slot(two):
    make_version(two, 3, A2)
    slots.place(3)
    activation.rest()
    assert served() == Pointer(2, "v2", 2)
    activation.activate(3, actor="alice", door="api", slot="v1")
    assert served().version == 3


def test_what_was_refused_gives_the_slot_back(two):
    make_rejected(two, 3, A2)
    slots.place(3)
    assert served() == Pointer(2, "v2", 2)
    activation.rest()
    assert served() == RESTED
    assert two.slot_version("v1") == 1
    activation.activate(3, actor="alice", door="api", reason="it is right", override=True)
    assert served().version == 3


def test_what_could_not_be_checked_gives_the_slot_back(two):
    versions.failed(built_version(two, 3, A2), "The backend did not answer.")
    slots.place(3)
    activation.rest()
    assert served() == RESTED


def test_what_is_being_checked_stays(two):
    built_version(two, 3, A2)
    slots.place(3)
    activation.rest()
    assert served() == Pointer(2, "v2", 2)
    assert two.slot_version("v1") == 3


def test_under_a_hold_the_slot_goes_to_the_one_before_what_is_served(two):
    """The rolled-back #3 is no fallback; neither is #4, which was refused."""
    make_version(two, 3, A2)
    activation.activate(3, actor="alice", door="api")
    activation.rollback(actor="bob", reason="bad edit", door="api")
    assert served() == Pointer(4, "v2", 2)
    activation.rest()
    assert two.slot_version("v1") == 3, "it was served, and resume may want it"
    make_rejected(two, 4, A)
    slots.place(4)
    activation.rest()
    assert served() == Pointer(4, "v2", 2, Fallback("v1", 1))


def test_what_was_deleted_does_not_come_back_as_a_fallback(layout):
    """The slot is given back all the same: the rollback to it is the move of a pointer."""
    publish(layout, 1, AB)
    publish(layout, 2, A2)
    make_rejected(layout, 3, A)
    slots.place(3)
    activation.rest()
    assert (layout.slot_version("v1"), served().fallback) == (1, None)


def test_without_a_version_before_the_slot_stays(layout):
    publish(layout, 1, A)
    make_rejected(layout, 2, AB)
    slots.place(2)
    activation.rest()
    assert (layout.slot_version("v2"), served().fallback) == (2, None)


def test_a_damaged_version_is_not_put_there(two):
    versions.damaged(1, "A file is cut short.")
    make_rejected(two, 3, A2)
    slots.place(3)
    activation.rest()
    assert two.slot_version("v1") == 3


def test_a_death_after_the_slot_was_given_back_is_made_up_for(two):
    make_rejected(two, 3, A2)
    slots.place(3)
    slots.place(1)  # as far as it came
    assert served().fallback is None
    activation.rest()
    assert served() == RESTED


def test_who_took_the_slot_meanwhile_keeps_it(two, monkeypatch):
    """Between our load and our write another check placed its candidate."""
    make_rejected(two, 3, A2)
    slots.place(3)
    built_version(two, 4, A2)
    real = resting.backends.loaded

    def taken(slot, number, timeout):
        found = real(slot, number, timeout)
        slots.place(4)
        return found

    monkeypatch.setattr(resting.backends, "loaded", taken)
    activation.rest()
    assert (two.slot_version("v1"), served().fallback) == (4, None)


def test_a_switch_that_came_between_is_left_alone(two, monkeypatch):
    """Between our look and our lock a person served what was refused, all the same."""
    make_rejected(two, 3, A2)
    slots.place(3)
    real = resting.switch_lock

    def after_a_switch():
        activation.activate(3, actor="alice", door="api", reason="it is right", override=True)
        return real()

    monkeypatch.setattr(resting, "switch_lock", after_a_switch)
    activation.rest()
    assert served() == Pointer(3, "v1", 3)


def test_a_backend_that_is_away_is_told_and_tried_again(two, settings, caplog, monkeypatch):
    make_rejected(two, 3, A2)
    slots.place(3)
    urls = settings.BACKEND_URLS
    settings.BACKEND_URLS = {**urls, "v1": "http://127.0.0.1:9"}
    monkeypatch.setattr(resting, "LOAD_SECONDS", 0.1)
    with caplog.at_level(logging.WARNING):
        activation.rest()
    assert "no fallback for now" in caplog.text
    assert served().fallback is None
    settings.BACKEND_URLS = urls
    activation.rest()
    assert served() == RESTED
