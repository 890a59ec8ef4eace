"""Reconcile end to end: real files, a real database, real backends."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from builder import construction, patience, publish, steps
from builder.proofs import Proofs
from builder.reconcile import reconcile
from knowledge import revisions
from retrieval.files import locked
from routing import activation, versions
from routing.models import Activation, DeploymentVersion
from tests.builder.place import check

DISK = "# Disk full\n\nWhen the disk is full, run `df -h` and remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"
ETCD = "# Etcd\n\nDefragment a member when its database has grown.\n"


def test_it_serves_what_the_folder_holds(place, caplog):
    caplog.set_level(logging.INFO, "builder")
    version = place.publish({"ops/disk.md": DISK, "ops/node.md": NODE})
    assert place.search("remove old journals") == ["ops/disk.md"]
    assert (version.documents, version.trigger, version.coverage) == (2, "folder", 1.0)
    assert version.changes["counts"] == {"added": 2, "changed": 0, "removed": 0}
    assert version.gate["passed"]
    assert check(version, "insertion")["measured"] == 2
    assert f"Activated {version.slot}" in caplog.text


def test_it_builds_nothing_when_nothing_changed(place):
    first = place.publish({"disk.md": DISK})
    reconcile()
    assert place.newest() == first


def test_it_builds_nothing_when_someone_switches_between_its_two_looks(place, monkeypatch):
    """Reconcile reads that #1 is served; an operator switches to #2; reconcile seeks #2.

    #2 is the active one by then. To build it again would take the idle slot from the operator.
    """
    first = place.publish({"disk.md": DISK})
    second = place.publish({"disk.md": DISK + "\nThen call Marguerite.\n"})
    activation.activate(first.number, actor="alice", door="admin")
    activation.resume(actor="alice", door="admin")
    look = activation.current

    def then_someone_switches():
        seen = look()
        activation.activate(second.number, actor="bob", door="admin")
        return seen

    monkeypatch.setattr(steps.activation, "current", then_someone_switches)
    assert steps.following() is None
    assert place.newest() == second


def test_it_builds_nothing_for_an_empty_knowledge_base(place):
    reconcile()
    assert not DeploymentVersion.objects.exists()


def test_it_serves_an_edit(place):
    first = place.publish({"disk.md": DISK, "node.md": NODE})
    second = place.publish({"disk.md": DISK + "\nThen call Marguerite.\n"})
    assert place.search("Marguerite") == ["disk.md"]
    assert (second.parent, second.changes["changed"]) == (first.number, ["disk.md"])
    assert check(second, "insertion")["measured"] == 1


def test_it_names_who_is_behind_a_version(place):
    revisions.save("disk.md", DISK, actor="alice", door="api")
    revisions.save("node.md", NODE, actor="bob", door="admin")
    version = place.publish()
    assert (version.actor, version.trigger) == ("bob +1 other", "admin")
    assert Activation.objects.latest("epoch").actor == "bob +1 other"


def test_it_proves_that_a_deleted_document_is_gone(place):
    place.publish({"disk.md": DISK, "node.md": NODE})
    place.remove("node.md")
    version = place.publish()
    assert place.search("restart the kubelet") == []
    deletion = check(version, "deletion")
    assert (deletion["passed"], deletion["measured"], deletion["threshold"]) == (True, 1, 1)


def test_it_serves_an_empty_version_of_what_a_person_emptied(place):
    place.publish({"disk.md": DISK, "node.md": NODE})
    for path in ("disk.md", "node.md"):
        revisions.delete(path, actor="alice", door="api")
    version = place.publish()
    assert (version.documents, version.chunks, version.coverage) == (0, 0, 1.0)
    assert check(version, "deletion")["measured"] == 2
    assert place.search("disk") == []


def test_it_serves_documents_again_after_the_empty_version(place):
    place.publish({"disk.md": DISK})
    revisions.delete("disk.md", actor="alice", door="api")
    place.publish()
    place.publish({"node.md": NODE})
    assert place.search("kubelet") == ["node.md"]


def test_a_change_during_a_build_is_in_the_next_version(place, monkeypatch):
    real = publish.prove

    def edited_meanwhile(candidate, progress):
        monkeypatch.setattr(publish, "prove", real)
        revisions.save("node.md", NODE, actor="bob", door="api")
        return real(candidate, progress)

    monkeypatch.setattr(publish, "prove", edited_meanwhile)
    place.publish({"disk.md": DISK})
    assert place.search("kubelet") == ["node.md"]
    assert Activation.objects.count() == 2


def test_a_change_after_the_last_look_is_not_missed(place, monkeypatch):
    real = steps.following

    def edited_just_after():
        step = real()
        if step is None:
            monkeypatch.setattr(steps, "following", real)
            revisions.save("node.md", NODE, actor="bob", door="api")
        return step

    monkeypatch.setattr(steps, "following", edited_just_after)
    place.publish({"disk.md": DISK})
    assert place.search("kubelet") == ["node.md"]


def test_it_leaves_the_work_to_whoever_holds_the_build_lock(place):
    place.write("disk.md", DISK)
    with locked(place.layout.build_lock):
        reconcile()
        assert not DeploymentVersion.objects.exists()
    assert place.publish().documents == 1


@pytest.fixture
def rolled_back(place):
    """#1 is served, and held, with #2 above it."""
    first = place.publish({"disk.md": DISK})
    second = place.publish({"disk.md": DISK + "\nWrong advice: ignore it.\n"})
    activation.rollback(actor="alice", reason="wrong answer", door="api")
    return first, second


def test_it_does_not_fight_a_rollback(place, rolled_back):
    first, second = rolled_back
    reconcile()
    assert place.active() == first
    assert place.newest() == second


def test_new_edits_are_proved_and_wait_under_a_hold(place, rolled_back):
    first, second = rolled_back
    assert place.publish({"node.md": NODE}) == first
    waiting = place.newest()
    assert (waiting.state, waiting.parent) == ("ready", second.number)
    assert check(waiting, "insertion")["measured"] == 2


def test_it_activates_what_waits_after_resume(place, rolled_back):
    place.publish({"node.md": NODE})
    waiting = place.newest()
    activation.resume(actor="alice", door="api")
    assert place.publish() == waiting
    switch = Activation.objects.latest("epoch")
    assert (switch.kind, switch.actor) == ("resume", "alice")
    assert place.search("kubelet") == ["node.md"]


def test_what_a_resume_lets_through_says_so_however_late_it_comes(place, rolled_back, monkeypatch):
    """The hold is lifted between the builder's look at it and the switch's own."""
    real = activation.activate

    def resumed_meanwhile(*args, **keywords):
        activation.resume(actor="alice", door="api")
        return real(*args, **keywords)

    monkeypatch.setattr(activation, "activate", resumed_meanwhile)
    place.publish({"node.md": NODE})
    activation.resume(actor="alice", door="api")
    reconcile()
    switch = Activation.objects.latest("epoch")
    assert (switch.version, switch.kind, switch.actor) == (place.newest(), "resume", "alice")


def test_it_activates_the_version_that_was_rolled_back_when_that_is_what_is_wanted(
    place, rolled_back
):
    activation.resume(actor="alice", door="api")
    assert place.publish() == rolled_back[1]
    assert DeploymentVersion.objects.count() == 2


@pytest.fixture
def forgetful(monkeypatch):
    """A builder that loses the documents named lost*."""
    real = construction.build

    def build(number, wanted, base, progress):
        revisions_kept = {
            path: revision
            for path, revision in wanted.snapshot.revisions.items()
            if not path.startswith("lost")
        }
        snapshot = replace(wanted.snapshot, revisions=revisions_kept)
        return real(number, replace(wanted, snapshot=snapshot), base, progress)

    monkeypatch.setattr(construction, "build", build)


def test_it_does_not_serve_what_the_gate_rejects(place, forgetful):
    first = place.publish({"disk.md": DISK})
    assert place.publish({"lost.md": NODE}) == first
    rejected = place.newest()
    assert rejected.state == "rejected"
    assert not check(rejected, "counts")["passed"]
    assert check(rejected, "insertion")["examples"] == ["lost.md"]
    assert "lost.md" in rejected.reason


def test_it_does_not_build_again_what_was_rejected_until_something_changes(place, forgetful):
    place.publish({"disk.md": DISK})
    place.publish({"lost.md": NODE})
    rejected = place.newest()
    reconcile()
    assert place.newest() == rejected
    place.remove("lost.md")
    assert place.publish({"etcd.md": ETCD}).number == rejected.number + 1


@pytest.fixture
def no_room(place):
    """Where segments go, there is something else: every build fails."""
    segments, away = place.layout.segments, place.layout.indices / "segments.away"
    segments.mkdir(exist_ok=True)

    def begin():
        segments.rename(away)
        segments.write_text("in the way")

    def end():
        if away.exists():
            segments.unlink()
            away.rename(segments)

    yield begin, end
    end()


def test_a_build_that_fails_changes_nothing_and_is_tried_again_later(place, no_room, monkeypatch):
    begin, end = no_room
    monkeypatch.setattr(patience, "FIRST", patience.LONGEST)
    place.write("disk.md", DISK)
    begin()
    reconcile()
    failed = place.newest()
    assert (failed.state, "segments" in failed.reason) == ("failed", True)
    end()
    reconcile()
    assert place.newest() == failed, "tried again at once"
    earlier = failed.created_at - patience.FIRST
    DeploymentVersion.objects.filter(pk=failed.pk).update(created_at=earlier)
    assert place.publish().number == failed.number + 1


def test_the_intervals_between_failures_grow():
    intervals = [patience.interval(failures) for failures in range(1, 40)]
    assert intervals[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert intervals == sorted(intervals)
    assert intervals[-1] == patience.LONGEST


def test_it_clears_up_after_a_builder_that_died(place):
    first = place.publish({"disk.md": DISK})
    dead = versions.create(versions.next_number(), digest="0" * 64, fingerprint={})
    unfinished = place.layout.segments / ".tmp-dead"
    unfinished.mkdir()
    place.layout.version(dead.number).mkdir()
    assert place.publish({"node.md": NODE}).number == dead.number + 1
    dead.refresh_from_db()
    assert (dead.state, "died" in dead.reason) == ("failed", True)
    assert not unfinished.exists()
    assert not place.layout.version(dead.number).exists()
    assert place.layout.manifest(first.number).exists()


def test_it_builds_anew_when_the_served_version_was_lost(place):
    first = place.publish({"disk.md": DISK})
    place.layout.manifest(first.number).unlink()
    assert place.publish().number > first.number
    assert place.search("journals") == ["disk.md"]


def test_the_checks_start_again_when_a_person_took_the_slot(place, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "builder")
    other = place.publish({"disk.md": DISK})
    place.publish({"node.md": NODE})
    real = Proofs.run

    def after_the_slot_was_taken(proofs, *arguments):
        monkeypatch.setattr(Proofs, "run", real)
        place.layout.assign(proofs.asked.slot, other.number)
        return real(proofs, *arguments)

    monkeypatch.setattr(Proofs, "run", after_the_slot_was_taken)
    version = place.publish({"etcd.md": ETCD})
    assert "The checks start again" in caplog.text
    assert version.gate["passed"]
    assert place.search("defragment") == ["etcd.md"]


def test_documents_that_are_much_alike_pass_the_gate(place):
    alike = {f"hosts/{name:02}.md": "# Host\n\nRestart the service.\n" for name in range(30)}
    alike |= {
        f"words/{name:02}.md": "# Host\n\nService restart the.\n\nRestart.\n" for name in range(30)
    }
    version = place.publish(alike | {"empty.md": "", "spaces.md": " \n\n"})
    assert version.documents == 62
    assert check(version, "insertion")["measured"] == 62
    assert {"empty.md", "spaces.md"} <= set(check(version, "insertion")["examples"])
