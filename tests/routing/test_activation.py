"""The switch: what it refuses, what it writes, and what it survives."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from retrieval.layout import other
from routing import activation, holds, pointer, repair, serving, slots, versions
from routing.errors import (
    EpochConflict,
    HistoryIsKept,
    HoldInPlace,
    LoadFailed,
    NoSuchVersion,
    NotActivatable,
    NothingToRollBackTo,
    StateConflict,
    VersionGone,
)
from routing.models import Activation, DeploymentVersion, Hold
from routing.pointer import Fallback, Pointer
from routing.signals import resumed
from tests.routing.indices import make_version

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)  # other threads, or what follows a commit

A = {"a.md": "# Alpha\n\nThe alpha pump is red.\n"}
AB = {**A, "b.md": "# Beta\n\nThe beta pump is blue.\n"}
A2 = {"a.md": "# Alpha\n\nThe alpha pump is green.\n"}


def publish(layout, number, documents):
    make_version(layout, number, documents)
    return activation.activate(number, actor="worker", door="builder")


def by_alice(number, **wish):
    return activation.activate(number, actor="alice", door="api", **wish)


def states():
    return dict(DeploymentVersion.objects.values_list("number", "state"))


def test_it_activates_the_first_version(layout, settings):
    done = publish(layout, 1, A)
    assert (done.epoch, done.slot, done.kind, done.previous) == (1, "v1", "publish", None)
    assert pointer.read(settings.DATA_DIR) == Pointer(1, "v1", 1)
    assert (settings.DATA_DIR / "active_version").read_text() == "v1\n"
    assert states() == {1: "active"}


def test_the_next_version_takes_the_other_slot(layout, settings):
    publish(layout, 1, A)
    done = publish(layout, 2, AB)
    assert (done.epoch, done.slot, done.previous_id) == (2, "v2", 1)
    assert states() == {1: "retired", 2: "active"}
    assert pointer.read(settings.DATA_DIR) == Pointer(2, "v2", 2, Fallback("v1", 1))
    assert activation.current() == done


def test_the_fallback_never_brings_back_what_was_deleted(layout, settings):
    publish(layout, 1, AB)
    publish(layout, 2, A2)
    assert pointer.read(settings.DATA_DIR).fallback is None


def test_placing_a_candidate_takes_the_fallback_away_first(layout, settings):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    make_version(layout, 3, A2)
    assert slots.place(3) == "v1"
    assert pointer.read(settings.DATA_DIR) == Pointer(2, "v2", 2)
    assert layout.slot_version("v1") == 3


def test_what_is_placed_already_keeps_its_fallback(layout, settings):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    assert slots.place(1) == "v1"
    assert pointer.read(settings.DATA_DIR).fallback == Fallback("v1", 1)


def test_activating_what_is_active_changes_nothing(layout):
    first = publish(layout, 1, A)
    assert by_alice(1) == first
    assert Activation.objects.count() == 1


def test_it_refuses_an_epoch_that_is_over(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    with pytest.raises(EpochConflict):
        by_alice(1, epoch=1)
    with pytest.raises(EpochConflict):
        by_alice(2, epoch=1)
    assert by_alice(1, epoch=2).epoch == 3


@pytest.mark.parametrize(
    ("leave", "error"),
    [
        (lambda row: None, NotActivatable),
        (versions.verifying, NotActivatable),
        (lambda row: versions.failed(row, "disk full"), NotActivatable),
        (lambda row: (versions.verifying(row), versions.rejected(row, {})), NotActivatable),
        (lambda row: versions.overtaken(row), NotActivatable),
        (lambda row: (versions.failed(row, ""), versions.collected(row)), VersionGone),
    ],
)
def test_it_refuses_what_is_not_proved(layout, leave, error):
    publish(layout, 1, A)
    row = versions.create(2, digest="d", fingerprint={})
    leave(row)
    with pytest.raises(error):
        by_alice(2)
    assert activation.current().version_id == 1
    assert layout.slot_version("v2") is None


@pytest.mark.parametrize("number", [7, 2**63, 10**40, -1])
def test_it_refuses_a_number_that_names_nothing(layout, number):
    with pytest.raises(NoSuchVersion):
        by_alice(number)


def test_it_refuses_a_version_whose_index_is_gone(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    publish(layout, 3, A2)
    layout.manifest(1).unlink()
    with pytest.raises(VersionGone):
        by_alice(1)
    assert states() == {1: "retired", 2: "retired", 3: "active"}


def test_it_refuses_what_the_backend_loaded_differently(layout, settings):
    publish(layout, 1, A)
    make_version(layout, 2, AB)
    settings.BACKEND_URLS = {**settings.BACKEND_URLS, "v2": settings.BACKEND_URLS["v1"]}
    with pytest.raises(LoadFailed):
        by_alice(2)
    assert pointer.read(settings.DATA_DIR) == Pointer(1, "v1", 1)
    assert states() == {1: "active", 2: "ready"}


def test_it_refuses_a_damaged_index(layout):
    publish(layout, 1, A)
    make_version(layout, 2, AB)
    layout.manifest(2).chmod(0o644)
    layout.manifest(2).write_text("{")
    with pytest.raises(LoadFailed):
        by_alice(2)
    assert activation.current().version_id == 1


def test_a_slot_must_still_hold_the_version(layout):
    publish(layout, 1, A)
    make_version(layout, 2, AB)
    make_version(layout, 3, A2)
    slots.place(3)
    with pytest.raises(NotActivatable):
        by_alice(2, slot="v2")
    assert by_alice(3, slot="v2").version_id == 3


def test_rollback_holds(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    back = activation.rollback(actor="alice", reason="bad edit", door="admin")
    assert (back.version_id, back.kind, back.previous_id) == (1, "rollback", 2)
    hold = activation.held()
    assert (hold.placed_by, hold.reason) == ("alice", "bad edit")
    with pytest.raises(HoldInPlace):
        publish(layout, 3, A2)
    assert states() == {1: "active", 2: "retired", 3: "ready"}


def test_activating_an_older_version_is_a_rollback_by_any_name(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    assert by_alice(1, kind="activate", reason="drill").kind == "rollback"
    assert activation.held().reason == "drill"


def test_a_newer_version_by_hand_leaves_the_hold(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    by_alice(1)
    hold = activation.held()
    assert by_alice(2).kind == "activate"
    assert activation.held() == hold


def test_a_second_rollback_keeps_the_first_hold(layout):
    for number, documents in enumerate([A, AB, A2], 1):
        publish(layout, number, documents)
    activation.rollback(actor="alice", reason="first", door="api")
    activation.rollback(actor="bob", reason="second", door="api")
    assert activation.current().version_id == 1
    assert [(hold.placed_by, hold.reason) for hold in Hold.objects.all()] == [("alice", "first")]


@committing
def test_resume_lifts_the_hold_and_tells(layout):
    heard = []
    resumed.connect(lambda **kwargs: heard.append(1), weak=False, dispatch_uid="test")
    try:
        activation.resume(actor="bob", door="api")
        assert heard == []
        publish(layout, 1, A)
        publish(layout, 2, AB)
        by_alice(1)
        activation.resume(actor="bob", door="api")
        assert heard == [1]
    finally:
        resumed.disconnect(dispatch_uid="test")
    assert activation.held() is None
    hold = Hold.objects.get()
    assert hold.lifted_by == "bob"
    assert hold.lifted_at is not None
    assert publish(layout, 3, A2).version_id == 3


def test_rollback_skips_what_was_itself_rolled_back(layout):
    for number, documents in enumerate([A, AB, A2], 1):
        publish(layout, number, documents)
    by_alice(1)
    by_alice(3)
    assert activation.rollback(actor="alice", reason="", door="api").version_id == 1


def test_rollback_needs_something_that_was_served(layout):
    with pytest.raises(NothingToRollBackTo):
        activation.rollback(actor="alice", reason="", door="api")
    make_version(layout, 1, A)
    publish(layout, 2, AB)
    with pytest.raises(NothingToRollBackTo):
        activation.rollback(actor="alice", reason="", door="api")


def test_rollback_says_when_the_kept_version_is_gone(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    layout.manifest(1).unlink()
    with pytest.raises(VersionGone):
        activation.rollback(actor="alice", reason="", door="api")
    assert activation.held() is None


def test_a_crash_before_the_pointer_is_mended_by_the_next(layout, settings):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    after = pointer.read(settings.DATA_DIR)
    pointer.write(settings.DATA_DIR, Pointer(1, "v1", 1))  # as if the process died before step 6
    assert repair.repair_pointer() == Pointer(2, "v2", 2)
    assert pointer.read(settings.DATA_DIR).version == after.version
    assert pointer.read_active_version(settings.DATA_DIR) == "v2"


def test_a_crash_before_active_version_is_mended(layout, settings):
    publish(layout, 1, A)
    (settings.DATA_DIR / "active_version").write_text("v2\n")
    activation.repair_pointer()
    assert pointer.read_active_version(settings.DATA_DIR) == "v1"


def test_a_switch_after_a_crash_takes_the_slot_that_is_truly_idle(layout, settings):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    pointer.write(settings.DATA_DIR, Pointer(1, "v1", 1))
    make_version(layout, 3, A2)
    assert slots.place(3) == "v1"
    assert layout.slot_version("v2") == 2


def test_repair_of_what_is_right_writes_nothing(layout, settings):
    publish(layout, 1, A)
    before = (settings.DATA_DIR / "active.json").stat().st_ino
    activation.repair_pointer()
    assert (settings.DATA_DIR / "active.json").stat().st_ino == before


@pytest.mark.parametrize("damage", [b"", b"{", b'{"epoch": 1}', b"[]", b"\xff"])
def test_a_damaged_pointer_is_written_anew(layout, settings, damage):
    publish(layout, 1, A)
    (settings.DATA_DIR / "active.json").write_bytes(damage)
    activation.repair_pointer()
    assert pointer.read(settings.DATA_DIR) == Pointer(1, "v1", 1)


def test_a_lost_database_reuses_neither_epoch_nor_number(layout, settings):
    pointer.write(settings.DATA_DIR, Pointer(17, "v2", 42))
    assert versions.next_number() == 43
    assert activation.current() is None
    done = publish(layout, 43, A)
    assert (done.epoch, done.slot) == (18, "v1")


def test_a_number_that_left_no_trace_is_not_given_again(layout):
    """A version was never built, and the database that knew of it is lost."""
    number = versions.next_number()
    versions.create(number, digest="0" * 64, fingerprint={})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM routing_deploymentversion")
    assert number not in layout.numbers()
    assert versions.next_number() == number + 1
    layout.last_number.write_text("spoilt")
    assert versions.next_number() == max(layout.numbers(), default=0) + 1


def test_an_older_database_is_told_that_it_does_not_know(layout, settings):
    publish(layout, 1, A)
    pointer.write(settings.DATA_DIR, Pointer(9, "v1", 5))
    assert activation.current() is None
    assert by_alice(1).epoch == 10
    assert pointer.read(settings.DATA_DIR) == Pointer(10, "v2", 1)


@committing
def test_two_at_once_have_one_winner(layout):
    for number, documents in enumerate([A, AB, A2], 1):
        publish(layout, number, documents)
    numbers = {1, 2, 3}
    barrier = threading.Barrier(2)

    def race(number):
        barrier.wait()
        try:
            return by_alice(number)
        except EpochConflict as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        for _turn in range(5):
            outcomes = list(pool.map(race, numbers - {activation.current().version_id}))
            won = [outcome for outcome in outcomes if isinstance(outcome, Activation)]
            lost = [outcome for outcome in outcomes if isinstance(outcome, EpochConflict)]
            # A call that began after the other had ended is no race, and both then succeed.
            assert len(won) + len(lost) == 2
            assert won
            assert activation.current().epoch == max(each.epoch for each in won)
            assert list(states().values()).count("active") == 1
    epochs = list(Activation.objects.values_list("epoch", flat=True))
    assert epochs == list(range(len(epochs), 0, -1))


@committing
def test_of_two_who_saw_the_same_epoch_one_wins(layout):
    for number, documents in enumerate([A, AB, A2], 1):
        publish(layout, number, documents)
    barrier = threading.Barrier(2)

    def race(number):
        barrier.wait()
        try:
            return by_alice(number, epoch=3)
        except EpochConflict:
            return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(race, [1, 2]))
    assert outcomes.count(None) == 1
    assert activation.current().epoch == 4


@committing
def test_a_gate_and_a_rollback_do_not_take_the_slot_from_each_other(layout):
    """Someone who places a candidate all the time can't keep a rollback from its slot."""
    for number, documents in enumerate([A, AB], 1):
        publish(layout, number, documents)
    make_version(layout, 3, A2)
    stop = threading.Event()

    def place_always():
        while not stop.is_set():
            slots.place(3)

    with ThreadPoolExecutor(1) as pool:
        placing = pool.submit(place_always)
        try:
            for _turn in range(4):
                assert by_alice(1).version_id == 1
                assert by_alice(2).version_id == 2
        finally:
            stop.set()
        placing.result(10)


@committing
def test_a_reader_never_sees_the_pointer_missing_or_half_written(layout, settings):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    stop, seen, wrong = threading.Event(), [], []

    def read_always():
        while not stop.is_set():
            named = pointer.read(settings.DATA_DIR)
            text = (settings.DATA_DIR / "active_version").read_text()
            if named is None or text not in ("v1\n", "v2\n"):
                wrong.append((named, text))
            else:
                seen.append(named.epoch)

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_always)
        try:
            for turn in range(12):
                by_alice(1 + turn % 2)
        finally:
            stop.set()
        reading.result(10)
    assert wrong == []
    assert seen == sorted(seen)
    assert len(set(seen)) > 2


def test_the_slot_that_answers_is_never_given_another_version(layout, settings):
    publish(layout, 1, A)
    for number in range(2, 6):
        served = pointer.read(settings.DATA_DIR)
        make_version(layout, number, AB)
        assert slots.place(number) == other(served.slot)
        assert layout.slot_version(served.slot) == served.version
        by_alice(number)


def test_the_database_allows_one_active_version_and_one_open_hold():
    DeploymentVersion.objects.create(number=1, state="active", digest="")
    holds.place(actor="alice", reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        DeploymentVersion.objects.create(number=2, state="active", digest="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(placed_by="bob")


def test_the_log_is_only_ever_added_to(layout):
    done = publish(layout, 1, A)
    done.reason = "rewritten"
    for change in (
        done.save,
        done.delete,
        Activation.objects.all().delete,
        lambda: Activation.objects.update(reason="rewritten"),
    ):
        with pytest.raises(HistoryIsKept):
            change()
    assert Activation.objects.get().reason == ""


def test_a_state_changes_only_from_where_it_may():
    row = versions.create(1, digest="", fingerprint={})
    with pytest.raises(StateConflict):
        versions.ready(row, {})
    versions.verifying(row)
    elsewhere = versions.get(1)
    versions.rejected(elsewhere, {"passed": False}, "a document vanished")
    with pytest.raises(StateConflict, match="rejected"):
        versions.ready(row, {})
    assert versions.get(1).reason == "a document vanished"


def test_collection_and_activation_can_not_both_win(layout):
    publish(layout, 1, A)
    publish(layout, 2, AB)
    with pytest.raises(StateConflict):
        versions.collected(versions.get(2))
    versions.collected(versions.get(1))
    with pytest.raises(VersionGone):
        by_alice(1)


def test_nothing_is_served_before_the_first(layout):
    assert serving.now().epoch == 0
    assert activation.current() is None
    assert activation.repair_pointer() is None
