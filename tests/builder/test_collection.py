"""Collection: what is kept stays whole, and the rest is given back, whatever dies or races."""

import pytest

from builder import collection, compacted, compaction, merging
from builder.collection import collect
from knowledge import revisions
from retrieval.errors import VersionCollected
from retrieval.files import locked
from retrieval.index import Index
from routing import activation, pointer, switch, versions
from routing.errors import StateConflict, VersionGone
from routing.models import DeploymentVersion
from routing.pointer import Fallback, Pointer
from tests.builder.versions import built, serve

State = DeploymentVersion.State


@pytest.fixture(autouse=True)
def keeps_two(settings):
    settings.KEEP_VERSIONS = 2
    settings.COLLECT_GRACE_SECONDS = 0


@pytest.fixture
def layout(quiet_indices):
    return quiet_indices


def edit(text: str, name: str = "disk") -> int:
    """The number of a new version, active by what the database says."""
    revisions.save(f"{name}.md", f"# {name}\n\n{text}\n", actor="alice", door="api")
    number = built()[0].manifest.number
    serve(number)
    return number


def states() -> dict[int, str]:
    return dict(DeploymentVersion.objects.order_by("number").values_list("number", "state"))


def parts(layout) -> set[str]:
    return {path.name for path in layout.segments.iterdir()}


def test_it_keeps_the_newest_states_and_gives_back_the_rest(layout):
    for turn in range(5):
        edit(f"Turn {turn}.")
    collect()
    assert layout.numbers() == [4, 5]
    assert [state for state in states().values() if state == "collected"] == ["collected"] * 3
    refs = [ref for number in (4, 5) for ref in Index.open(layout, number).manifest.segments]
    assert parts(layout) == {part for ref in refs for part in (ref.rows, ref.vectors)}
    assert {listing.stem for listing in layout.listings.iterdir()} == {ref.rows for ref in refs}
    assert not layout.version(1).exists()
    with pytest.raises(VersionCollected):
        Index.open(layout, 1)


def test_a_segment_that_a_kept_version_uses_stays(layout):
    edit("Old and never changed.", "base")
    for turn in range(4):
        edit(f"Turn {turn}.")
    collect()
    assert Index.open(layout, 5).document("base.md")


def test_a_state_that_returns_counts_once(layout):
    """The same documents built five times over, as repairs do, do not push out the one before."""
    edit("One.")
    edit("Two.")
    for _ in range(4):
        serve(built()[0].manifest.number)
    collect()
    assert layout.numbers() == [1, 2, 3, 4, 5, 6]
    for _ in range(6):
        serve(built()[0].manifest.number)
    collect()
    assert layout.numbers() == list(range(3, 13))


def test_refused_ones_stay_while_an_older_one_is_kept(layout):
    for state in ("rejected", "retired", "overtaken", "failed", "retired"):
        number = edit(f"Until {state}.")
        DeploymentVersion.objects.filter(number=number).update(state=state)
    collect()
    assert layout.numbers() == [2, 3, 4, 5]
    assert states()[1] == "collected"


def test_what_is_pinned_or_waits_stays(layout):
    pinned = edit("Pinned.")
    DeploymentVersion.objects.filter(number=pinned).update(pinned=True)
    active = edit("Active, under a hold.")
    waiting = [edit(f"Waits {turn}.") for turn in range(4)]
    DeploymentVersion.objects.filter(number__in=waiting).update(state=State.READY)
    serve(active)
    collect()
    assert layout.numbers() == [pinned, active, *waiting]


def test_what_is_served_or_in_a_slot_or_a_fallback_stays(layout, settings):
    numbers = [edit(f"Turn {turn}.") for turn in range(7)]
    layout.assign("v1", numbers[1])
    layout.assign("v2", numbers[2])
    pointer.write(settings.DATA_DIR, Pointer(3, "v2", numbers[3], Fallback("v1", numbers[0])))
    serve(numbers[4])
    collect()
    assert layout.numbers() == numbers


def test_a_manifest_that_the_database_does_not_know_stays(layout):
    numbers = [edit(f"Turn {turn}.") for turn in range(4)]
    DeploymentVersion.objects.filter(number=numbers[0])._raw_delete("default")  # restored, older
    collect()
    assert layout.numbers() == [numbers[0], *numbers[2:]]
    assert Index.open(layout, numbers[0]).document("disk.md")


def test_what_is_young_stays(layout, settings):
    settings.COLLECT_GRACE_SECONDS = 600
    for turn in range(3):
        edit(f"Turn {turn}.")
    before = parts(layout)
    collect()
    assert (layout.numbers(), parts(layout)) == ([2, 3], before)


def test_it_clears_what_the_dead_left(layout, settings):
    edit("One.")
    left = [
        layout.segments / ".tmp-part", layout.segments / ".damaged-part",
        layout.indices / ".tmp-link", settings.DATA_DIR / ".tmp-pointer",
    ]  # fmt: skip
    left[0].mkdir()
    left[1].mkdir()
    (left[1] / "rows.bin").write_text("x")
    left[2].symlink_to("versions/000001")
    left[3].write_text("{")
    settings.COLLECT_GRACE_SECONDS = 600
    collect()
    assert all(path.is_symlink() or path.exists() for path in left)
    settings.COLLECT_GRACE_SECONDS = 0
    collect()
    assert not any(path.is_symlink() or path.exists() for path in left)
    assert layout.version(1).exists()


def test_it_goes_away_while_a_build_is_under_way(layout):
    for turn in range(3):
        edit(f"Turn {turn}.")
    with locked(layout.build_lock):
        collect()
    assert layout.numbers() == [1, 2, 3]


def test_no_part_goes_while_compaction_writes(layout):
    """Its parts are named by nothing until its record is written."""
    for turn in range(3):
        edit(f"Turn {turn}.")
    before = parts(layout)
    with locked(layout.compaction_lock):
        collect()
    assert (layout.numbers(), parts(layout)) == ([2, 3], before)
    collect()
    assert parts(layout) < before


def test_what_compaction_made_stays_until_it_is_taken_up(layout, monkeypatch):
    monkeypatch.setattr(merging, "SMALL", 1)
    monkeypatch.setattr(merging, "TIERS", ())
    for number in range(merging.FANOUT):
        revisions.save(f"also{number}.md", "# Also\n\nTwo.\n", actor="alice", door="api")
        edit("One.", f"note{number}")
    compaction.compact()
    made = set(compacted.parts(layout))
    collect()
    assert made
    assert made <= parts(layout)
    revisions.delete("note0.md", actor="alice", door="api")
    used = {ref.rows for ref in built()[0].manifest.segments}
    assert made & used


def test_nothing_is_swept_when_a_manifest_can_not_be_read(layout, caplog):
    for turn in range(3):
        edit(f"Turn {turn}.")
    before = parts(layout)
    layout.manifest(2).chmod(0o644)
    layout.manifest(2).write_text("{}")
    collect()
    assert parts(layout) == before
    assert "nobody knows" in caplog.text


@pytest.mark.parametrize("at", ["collection.marked", "collection.manifest", "collection.segments"])
def test_what_a_collector_that_died_left_is_finished_by_the_next(layout, monkeypatch, at):
    numbers = [edit(f"Turn {turn}.") for turn in range(4)]

    def die(name):
        if name == at:
            raise KeyboardInterrupt

    monkeypatch.setattr(collection, "reach", die)
    with pytest.raises(KeyboardInterrupt):
        collect()
    for number in layout.numbers():
        assert Index.open(layout, number)  # what still has a manifest is whole
    monkeypatch.undo()
    collect()
    named = {
        part for number in layout.numbers()
        for ref in Index.open(layout, number).manifest.segments for part in (ref.rows, ref.vectors)
    }  # fmt: skip
    assert parts(layout) == named
    assert {number for number, state in states().items() if state == "collected"} >= {1}
    assert set(numbers[2:]) <= set(layout.numbers())


def test_a_pin_that_comes_after_the_choice_wins(layout):
    """The collector has chosen #1; someone pins it; the collector marks it."""
    edit("One.")
    chosen = versions.get(1)
    edit("Two.")
    DeploymentVersion.objects.filter(number=1).update(pinned=True)
    with pytest.raises(StateConflict):
        versions.collected(chosen)


DISK = "# Disk full\n\nWhen the disk is full, remove old journals. Turn {}.\n"


@pytest.fixture
def four(place):
    """Four versions that were served, of which collection would take the first two."""
    return [place.publish({"disk.md": DISK.format(turn)}) for turn in range(4)]


def test_a_switch_that_comes_after_the_collector_is_refused(place, four, monkeypatch):
    """The switch has read that #1 is retired; the collector takes #1; the switch places it."""
    begun = switch.slots.take_idle_slot

    def after_the_collector(number):
        collect()
        return begun(number)

    before = pointer.read(place.folder.parent)
    monkeypatch.setattr(switch.slots, "take_idle_slot", after_the_collector)
    with pytest.raises(VersionGone, match="no longer kept"):
        activation.activate(four[0].number, actor="alice", door="api")
    monkeypatch.undo()
    assert versions.get(four[0].number).state == "collected"
    assert place.active() == four[3]
    assert pointer.read(place.folder.parent) == before
    assert activation.held() is None
    with pytest.raises(VersionGone, match="no longer kept"):
        activation.activate(four[0].number, actor="alice", door="api")


def test_a_collector_that_comes_after_the_switch_leaves_its_version(place, four, monkeypatch):
    """The switch has placed #1 in the idle slot; the collector runs; the switch goes on."""
    load = switch.backends.loaded

    def after_the_slot(slot, number, *arguments):
        collect()
        return load(slot, number, *arguments)

    monkeypatch.setattr(switch.backends, "loaded", after_the_slot)
    activation.activate(four[0].number, actor="alice", door="api", reason="Was right")
    assert place.active() == four[0]
    assert place.search("journals") == ["disk.md"]
    assert versions.get(four[1].number).state == "collected"
