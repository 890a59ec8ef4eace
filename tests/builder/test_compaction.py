"""Compaction: the same answers out of fewer and fuller segments, by the next build alone."""

import json

import pytest

from builder import compacted, compaction, merging
from builder.merging import FANOUT, SMALL, to_compact
from knowledge import revisions
from retrieval.files import locked
from retrieval.segments import verify
from routing.models import DeploymentVersion
from tests.builder.versions import answers, built

QUERIES = ("what to do about etcd", "call vault", "ingress steps", "Marguerite", "note seven")


def save(name: str, text: str) -> None:
    body = f"# {name.title()}\n\n{text}\n\n## Steps\n\nCall {name}, then vault.\n"
    revisions.save(f"{name}.md", body, actor="alice", door="api")


@pytest.fixture
def layout(quiet_indices, monkeypatch):
    """Segments of more than one live chunk count as large."""
    monkeypatch.setattr(merging, "SMALL", 1)
    monkeypatch.setattr(merging, "TIERS", ((0, 1), (-1, 0)))
    return quiet_indices


@pytest.fixture
def index(layout):
    """As many large segments as make a tier, and one with a dead document."""
    for number in range(FANOUT + 1):
        for name in ("disk", "etcd") if number == 0 else (f"note{number}a", f"note{number}b"):
            save(name, f"Marguerite knows note {number}. It is seven.")
        built()
    save("disk", "Nobody knows.")
    return built()[0]


def names(index) -> list[str]:
    return [ref.rows for ref in index.manifest.segments]


def test_the_next_build_answers_the_same_from_fewer_segments(index, layout):
    before = answers(index, QUERIES)
    compaction.compact()
    assert compacted.read(layout)
    assert DeploymentVersion.objects.count() == index.manifest.number  # none of its own
    after, made = built()
    assert made.computed == 0
    assert answers(after, QUERIES) == before
    assert len(after.manifest.segments) < len(index.manifest.segments) - FANOUT + 2
    assert after.revisions() == index.revisions()
    for ref in after.manifest.segments:
        verify(layout, ref.rows, sums=True)


def test_what_changed_or_went_since_is_dead_in_it(index, layout, settings, tmp_path):
    compaction.compact()
    save("note3a", "Changed while compaction worked. Marguerite left.")
    revisions.delete("note4b.md", actor="alice", door="api")
    save("new", "Not there when compaction looked.")
    after, _ = built()
    assert compacted.read(layout).written.rows in names(after)
    settings.INDICES_DIR = tmp_path / "fresh"
    fresh, _ = built()
    assert after.revisions() == fresh.revisions()
    assert answers(after, QUERIES) == answers(fresh, QUERIES)


def test_it_is_dropped_when_builds_go_on_from_what_it_does_not_replace(index, layout):
    """Compaction looks at #1; #2 is built with all of its documents changed; then the result comes.

    By construction: the record is there, and the base has none of the segments that it replaces.
    """
    compaction.compact()
    for path in index.revisions():
        save(path.removesuffix(".md"), "Other words.")
    second, _ = built()
    third, _ = built()
    assert compacted.read(layout).written.rows not in {*names(second), *names(third)}
    compaction.compact()
    record = compacted.read(layout)
    assert record is None or record.replaced <= {
        compacted.named(r) for r in third.manifest.segments
    }


def test_it_does_not_lose_a_document_that_an_earlier_base_still_holds(index, layout):
    """#n deletes a document, compaction works on #n, #n is refused, and its edit undone.

    Builds go back to the version before, in which the document lives in a replaced segment; what
    compaction wrote has it no more.
    """
    document = revisions.live().get(path="note1a.md")
    revisions.delete("note1a.md", actor="alice", door="api")
    after, _ = built()
    compaction.compact()
    DeploymentVersion.objects.filter(number=after.manifest.number).update(state="rejected")
    revisions.save("note1a.md", index.document("note1a.md")[1], actor="alice", door="api")
    type(document).objects.filter(path="note1a.md").update(
        revision=document.revision_id  # as a quarantine does: back to the very same revision
    )
    restored, _ = built()
    assert restored.revisions() == index.revisions()
    assert answers(restored, QUERIES) == answers(index, QUERIES)
    compaction.compact()  # and is no longer in the way
    assert compacted.read(layout).written.rows in names(built()[0])


def test_it_gives_back_the_room_of_dead_rows(layout):
    for name in ("disk", "etcd", "dns", "node"):
        save(name, "Marguerite knows.")
    first, _ = built()
    for name in ("disk", "etcd"):
        revisions.delete(f"{name}.md", actor="alice", door="api")
    second, _ = built()
    compaction.compact()
    third, _ = built()
    assert names(second) == names(first) != names(third)
    assert not third.manifest.segments[0].dead
    assert answers(third, QUERIES) == answers(second, QUERIES)


def test_it_does_nothing_while_a_result_waits(index, layout):
    compaction.compact()
    written = layout.compaction.stat().st_ino
    compaction.compact()
    assert layout.compaction.stat().st_ino == written


def test_it_does_nothing_without_versions_and_for_small_ones(quiet_indices):
    compaction.compact()
    save("disk", "One.")
    built()
    compaction.compact()
    assert not quiet_indices.compaction.exists()


def test_one_compacts_at_a_time(index, layout):
    with locked(layout.compaction_lock):
        compaction.compact()
    assert not layout.compaction.exists()


def test_it_does_not_wait_for_a_build(index, layout):
    with locked(layout.build_lock):
        compaction.compact()
    assert layout.compaction.exists()


def test_a_result_that_is_damaged_is_left_alone(index, layout, caplog):
    compaction.compact()
    rows = compacted.read(layout).written.rows
    file = next(layout.segment(rows).glob("rows*"))
    file.chmod(0o644)
    file.write_bytes(b"")
    after, _ = built()
    assert rows not in names(after)
    assert "is not used" in caplog.text
    compaction.compact()
    assert compacted.read(layout).written.rows in names(built()[0])


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', "\x00"])
def test_a_record_that_is_not_one_is_passed_over(index, layout, text):
    layout.compaction.write_text(text)
    after, _ = built()
    assert names(after) == names(index)
    compaction.compact()
    assert json.loads(layout.compaction.read_text())["format"] == 1


def test_it_chooses_by_tiers_and_by_dead_rows():
    full = (1000, 1000)
    assert to_compact([(SMALL, SMALL)] * FANOUT) == []
    assert to_compact([full] * (FANOUT - 1)) == []
    assert to_compact([(9000, 9000), *[full] * FANOUT, (5, 5)]) == list(range(1, FANOUT + 1))
    assert to_compact([full, (1000, 600), (1000, 700)]) == [1]
    assert to_compact([(1000, 3), full]) == [0]
    assert to_compact([(SMALL, 3), full]) == []
