"""What a person decides: the policy, reject, activate anyway, pins; and what overtaking leaves."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from routing import activation, policy, serving, switch, verdicts, versions, waiting
from routing.errors import (
    HistoryIsKept,
    LoadFailed,
    NotActivatable,
    PersonDecides,
    ReasonNeeded,
    StateConflict,
    VersionDamaged,
    VersionGone,
    VersionOvertaken,
)
from routing.models import Activation, Decision, DeploymentVersion, PolicyChange
from routing.signals import policy_changed
from tests.routing.indices import make_rejected, make_version, write_version
from tests.routing.test_activation import A2, AB, A, by_alice, committing, publish, states

pytestmark = pytest.mark.django_db


def waits():
    return [version.number for version in waiting.versions(serving.read_pointer())]


def manual(reason="release week"):
    return policy.change("manual", actor="alice", reason=reason)


# The policy


def test_the_setting_counts_until_someone_decides(settings):
    assert policy.current() == "auto"
    settings.PUBLISH_POLICY = "manual"
    assert policy.current() == "manual"
    policy.change("auto", actor="alice", reason="holidays are over")
    assert policy.current() == "auto"


def test_a_change_of_policy_needs_a_reason_and_a_change():
    for reason in ("", "  \n"):
        with pytest.raises(ReasonNeeded):
            manual(reason)
    manual()
    with pytest.raises(StateConflict, match="alice"):
        policy.change("manual", actor="bob", reason="me too")
    with pytest.raises(ValueError, match="never"):
        policy.change("never", actor="bob", reason="x")
    assert PolicyChange.objects.count() == 1


@committing
def test_a_change_of_policy_is_told():
    heard = []
    policy_changed.connect(lambda **kwargs: heard.append(1), weak=False, dispatch_uid="test")
    try:
        manual()
    finally:
        policy_changed.disconnect(dispatch_uid="test")
    assert heard == [1]


def test_under_the_manual_policy_the_builder_waits_and_a_person_does_not(layout):
    publish(layout, 1, A)
    manual()
    with pytest.raises(PersonDecides):
        publish(layout, 2, AB)
    assert waits() == [2]
    assert by_alice(2, reason="read it").kind == "activate"
    assert waits() == []


def test_the_same_texts_in_a_new_index_leave_nothing_to_decide(layout):
    publish(layout, 1, A)
    manual()
    assert publish(layout, 2, A).version_id == 2


def test_the_first_version_waits_too(layout):
    manual()
    with pytest.raises(PersonDecides):
        publish(layout, 1, A)
    assert waits() == [1]


def test_a_policy_that_changes_during_a_switch_stops_it(layout, monkeypatch):
    """The builder looked under the automatic policy, and its version is loaded; then alice changes
    the policy; then the builder logs its switch: refused, since it looks again in the transaction.
    """
    publish(layout, 1, A)
    make_version(layout, 2, AB)
    loaded = switch.backends.loaded

    def then_alice_changes_it(*arguments):
        manual()
        return loaded(*arguments)

    monkeypatch.setattr(switch.backends, "loaded", then_alice_changes_it)
    with pytest.raises(PersonDecides):
        activation.activate(2, actor="worker", door="builder")
    assert states() == {1: "active", 2: "ready"}


# Overtaken


def test_a_newer_candidate_overtakes_those_that_wait(layout):
    publish(layout, 1, A)
    make_version(layout, 2, AB)
    make_version(layout, 3, A2)
    assert states() == {1: "active", 2: "overtaken", 3: "ready"}
    with pytest.raises(VersionOvertaken, match="#3"):
        by_alice(2)
    assert waits() == [3]


def test_that_it_was_overtaken_is_told_beside_its_manifest(layout):
    """Where "ready" stayed there, a lost database would give it back as one that may return."""
    for number, documents in ((1, A), (2, AB), (3, A2)):
        make_version(layout, number, documents)
    told = [verdicts.read(number) for number in (1, 2, 3)]
    assert [verdict["state"] for verdict in told] == ["overtaken", "overtaken", "ready"]
    assert ["#2" in told[0]["reason"], "#3" in told[1]["reason"]] == [True, True]


def test_what_was_served_is_never_overtaken(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    activation.rollback(actor="alice", reason="drill", door="api")
    make_version(layout, 3, A2)
    assert states() == {1: "active", 2: "retired", 3: "ready"}


def test_a_candidate_that_is_overtaken_while_it_is_activated_is_refused(layout, monkeypatch):
    """alice activates #2, which is ready; it loads; #3 becomes ready; alice's switch is logged."""
    publish(layout, 1, A)
    make_version(layout, 2, AB)
    loaded = switch.backends.loaded

    def then_a_newer_one_is_ready(*arguments):
        monkeypatch.setattr(switch.backends, "loaded", loaded)
        make_version(layout, 3, A2)
        return loaded(*arguments)

    monkeypatch.setattr(switch.backends, "loaded", then_a_newer_one_is_ready)
    with pytest.raises(VersionOvertaken, match="#3"):
        by_alice(2)
    assert states() == {1: "active", 2: "overtaken", 3: "ready"}


# Reject


def reject(number, reason="the runbook is wrong"):
    return activation.reject(number, actor="alice", reason=reason, door="api")


def test_a_waiting_version_is_rejected_with_who_and_why(layout):
    publish(layout, 1, A)
    make_version(layout, 2, AB)
    reject(2, " the runbook is wrong ")
    row = versions.get(2)
    assert (row.state, row.reason) == ("rejected", "Rejected by alice: the runbook is wrong")
    decision = row.decisions.get()
    assert (decision.kind, decision.actor, decision.reason, decision.door) == (
        "reject", "alice", "the runbook is wrong", "api",
    )  # fmt: skip
    with pytest.raises(NotActivatable, match="Rejected by alice: the runbook is wrong"):
        by_alice(2)


def test_only_what_waits_is_rejected_and_only_for_a_reason(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    make_version(layout, 3, A2)
    versions.collected(versions.get(1))
    with pytest.raises(ReasonNeeded):
        reject(3, " ")
    with pytest.raises(StateConflict, match="active"):
        reject(2)
    with pytest.raises(VersionGone):
        reject(1)
    reject(3)
    with pytest.raises(StateConflict, match="rejected"):
        reject(3)
    assert Decision.objects.count() == 1


@committing
def test_of_one_who_activates_and_one_who_rejects_one_wins(layout):
    publish(layout, 1, A)
    for number in range(2, 6):
        make_version(layout, number, AB if number % 2 else A2)
        barrier = threading.Barrier(2)

        def at_once(act, number=number, barrier=barrier):
            barrier.wait()
            try:
                return act(number)
            except (StateConflict, NotActivatable) as error:
                return error

        with ThreadPoolExecutor(2) as pool:
            activated, rejected = pool.map(at_once, [by_alice, reject])
        won = isinstance(activated, Activation)
        assert won is isinstance(rejected, StateConflict), (activated, rejected)
        assert versions.get(number).state == ("active" if won else "rejected")
        assert versions.get(number).decisions.exists() is not won


# Activate anyway


@pytest.fixture
def refused(layout):
    """#1 is served; #2 was rejected by its checks."""
    publish(layout, 1, A)
    make_rejected(layout, 2, AB)
    return layout


def test_what_its_checks_rejected_is_activated_for_a_reason(refused):
    with pytest.raises(NotActivatable, match="A probe failed"):
        by_alice(2)
    for reason in ("", " \t"):
        with pytest.raises(ReasonNeeded):
            by_alice(2, override=True, reason=reason)
    done = by_alice(2, override=True, reason=" the probe is out of date ")
    assert (done.kind, done.reason, done.previous_id) == (
        "override", "the probe is out of date", 1,
    )  # fmt: skip
    assert states() == {1: "retired", 2: "active"}
    assert activation.held() is None
    assert versions.get(2).reason == "A probe failed."


def test_an_override_still_loads_first(refused):
    refused.manifest(2).chmod(0o644)
    refused.manifest(2).write_text("{")
    with pytest.raises(LoadFailed):
        by_alice(2, override=True, reason="x")
    assert states() == {1: "active", 2: "rejected"}


def test_an_override_of_an_older_version_holds_as_a_rollback_does(refused):
    publish(refused, 3, A2)
    assert by_alice(2, override=True, reason="x").kind == "override"
    assert activation.held().reason == "x"


def test_what_was_never_built_or_is_overtaken_or_damaged_is_not_overridden(refused):
    versions.failed(versions.create(3, digest="d", fingerprint={}), "the disk is full")
    make_version(refused, 4, A)
    make_version(refused, 5, A2)
    DeploymentVersion.objects.filter(number=5).update(damage="segment abc can't be read.")
    for number, error, words in [
        (3, NotActivatable, "the disk is full"),
        (4, VersionOvertaken, "#5"),
        (5, VersionDamaged, "segment abc"),
    ]:
        with pytest.raises(error, match=words):
            by_alice(number, override=True, reason="x")
    assert activation.current().version_id == 1


def test_an_override_of_what_is_proved_is_an_activation(layout):
    publish(layout, 1, A)
    make_version(layout, 2, AB)
    assert by_alice(2, override=True, reason="x").kind == "activate"


# Pins


def test_a_pinned_version_is_kept_and_both_are_told(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    for _twice in range(2):
        assert versions.pin(1, actor="alice", door="admin").pinned
    with pytest.raises(StateConflict, match="pinned"):
        versions.collected(versions.get(1))
    assert not versions.unpin(1, actor="bob", door="api").pinned
    versions.collected(versions.get(1))
    with pytest.raises(VersionGone):
        versions.pin(1, actor="alice", door="admin")
    told = [(row.kind, row.actor) for row in versions.get(1).decisions.all()]
    assert told == [("unpin", "bob"), ("pin", "alice")]


# The history


def test_no_decision_and_no_version_is_rewritten(layout):
    write_version(layout, 1, A)
    make_version(layout, 2, A)
    reject(2)
    manual()
    for row in (Decision.objects.get(), PolicyChange.objects.get()):
        row.reason = "rewritten"
        rows = type(row).objects
        rewrite = partial(rows.update, reason="rewritten")
        for change in (row.save, row.delete, rows.all().delete, rewrite):
            with pytest.raises(HistoryIsKept):
                change()
    version = versions.get(2)
    for change in (version.delete, DeploymentVersion.objects.all().delete):
        with pytest.raises(HistoryIsKept):
            change()
