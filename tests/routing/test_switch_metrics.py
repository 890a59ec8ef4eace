"""Switches are counted and timed by kind, and the hold is a metric."""

import pytest

from routing import activation, switch_metrics
from routing.errors import EpochConflict, NotActivatable
from tests.routing.indices import make_rejected
from tests.routing.test_activation import A2, AB, A, by_alice, publish

pytestmark = pytest.mark.django_db(transaction=True)  # the hold is told once it is committed


def value(name, **labels):
    return switch_metrics.registry.get_sample_value(name, labels)


def counted(kind, result):
    return value("kb_activations_total", kind=kind, result=result)


def test_every_series_is_there_from_the_start():
    for kind in ("publish", "activate", "rollback", "resume", "override", "recover"):
        assert value("kb_switch_duration_seconds_count", kind=kind) is not None
        for result in ("done", "conflict", "refused", "failed"):
            assert counted(kind, result) is not None
    assert value("kb_hold_active") is not None


def test_what_was_done_is_counted_and_timed_and_what_is_served_already_is_not(layout):
    done, timed = (
        counted("publish", "done"),
        value("kb_switch_duration_seconds_count", kind="publish"),
    )
    publish(layout, 1, A)
    publish(layout, 2, AB)
    by_alice(2)
    assert counted("publish", "done") == done + 2
    assert value("kb_switch_duration_seconds_count", kind="publish") == timed + 2


def test_refusals_and_conflicts_are_counted_and_not_timed(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    make_rejected(layout, 3, A2)
    conflicts, refusals = counted("rollback", "conflict"), counted("override", "refused")
    timed = value("kb_switch_duration_seconds_count", kind="rollback")
    with pytest.raises(EpochConflict):
        by_alice(1, epoch=1)
    with pytest.raises(NotActivatable):
        by_alice(3)
    assert counted("rollback", "conflict") == conflicts + 1
    assert counted("override", "refused") == refusals + 1
    assert value("kb_switch_duration_seconds_count", kind="rollback") == timed


def test_the_hold_is_told_from_rollback_to_resume(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    activation.rollback(actor="alice", reason="drill", door="api")
    assert value("kb_hold_active") == 1
    activation.resume(actor="alice", door="api")
    assert value("kb_hold_active") == 0
