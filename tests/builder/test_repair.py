"""Damage to the index: found, set aside, built again under its own name, and told of."""

import resource
import shutil

import pytest

from builder import patience, scrub
from builder.reconcile import reconcile
from builder.status import status
from knowledge.models import Revision
from retrieval import manifest, parts
from retrieval.errors import IndexDamaged
from retrieval.files import locked
from retrieval.index import Index
from routing import activation
from routing.errors import VersionDamaged
from routing.models import DeploymentVersion

DISK = "# Disk full\n\nWhen the disk is full, run `df -h` and remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"


def spoil(path, change) -> None:
    """As a disk does: other bytes under the name, while who has the old ones mapped keeps them."""
    data = change(path.read_bytes())
    path.unlink()
    path.write_bytes(data)


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def segments(place, version):
    return manifest.read(place.layout, version.number).segments


def is_whole(place, version) -> bool:
    for part in manifest.read(place.layout, version.number).parts:
        parts.verify(place.layout, part, sums=True)
    return True


@pytest.mark.parametrize("name", ["rows.bin", "documents.json", "meta.json"])
@pytest.mark.parametrize("kind", ["rows", "vectors"])
def test_a_truncated_file_is_built_again_under_its_own_name(place, kind, name):
    """What is served is looked at by each reconcile; a repair version has it opened anew."""
    served = place.publish({"disk.md": DISK, "node.md": NODE})
    part = getattr(segments(place, served)[0], kind)
    if kind == "vectors" and name == "documents.json":
        name = "vectors.faiss"
    if kind == "vectors" and name == "rows.bin":
        shutil.rmtree(place.layout.segment(part))  # a whole folder of vectors can come back
    else:
        spoil(place.layout.segment(part) / name, lambda data: data[:-3])
    reconcile()
    repaired = place.active()
    assert (repaired.trigger, repaired.digest) == ("repair", served.digest)
    assert segments(place, repaired) == segments(place, served)
    assert is_whole(place, repaired)
    served.refresh_from_db()
    assert (served.state, served.damage) == ("retired", "")
    assert place.search("restart the kubelet") == ["node.md"]


def test_a_flipped_byte_is_found_by_the_scrub(place):
    served = place.publish({"disk.md": DISK})
    part = segments(place, served)[0].rows
    spoil(place.layout.segment(part) / "rows.bin", flipped)
    reconcile()
    assert place.newest() == served, "its size is as it was"
    scrub.scrub()
    assert is_whole(place, served)
    reconcile()
    assert place.active().trigger == "repair"
    assert place.search("remove old journals") == ["disk.md"]


def test_the_scrub_waits_for_no_long_build(place, monkeypatch, caplog):
    """It would hold one of the worker's threads for as long; its next turn finds the same."""
    monkeypatch.setattr(scrub, "WAIT", 0.05)
    served = place.publish({"disk.md": DISK})
    part = segments(place, served)[0].rows
    spoil(place.layout.segment(part) / "rows.bin", flipped)
    with locked(place.layout.build_lock):
        scrub.scrub()
    assert "A build is under way" in caplog.text
    with pytest.raises(IndexDamaged):
        parts.verify(place.layout, part, sums=True)
    scrub.scrub()
    assert is_whole(place, served)


def test_nobody_answers_from_the_bad_file_after_the_repair(place):
    """Also not after a rollback to the version that was damaged, whose slot held the bad map."""
    served = place.publish({"disk.md": DISK})
    bad = Index.open(place.layout, served.number)
    part = segments(place, served)[0].rows
    spoil(place.layout.segment(part) / "rows.bin", lambda data: data[:-3])
    reconcile()
    assert not bad.is_current(place.layout)
    assert Index.open(place.layout, served.number).is_current(place.layout)
    activation.rollback(actor="alice", reason="drill", door="api")
    assert place.active() == served
    assert place.search("remove old journals") == ["disk.md"]


def test_what_is_damaged_under_a_hold_is_mended_without_a_switch(place):
    first = place.publish({"disk.md": DISK})
    place.publish({"disk.md": DISK + "\nThen call Marguerite.\n"})
    activation.rollback(actor="alice", reason="wrong", door="api")
    part = segments(place, first)[0].rows
    spoil(place.layout.segment(part) / "rows.bin", lambda data: data[:-3])
    reconcile()
    assert (place.active(), place.active().damage) == (first, "")
    assert is_whole(place, first)
    assert place.search("remove old journals") == ["disk.md"]


@pytest.mark.parametrize("whose", ["served", "kept"])
def test_a_rows_part_whose_whole_folder_was_deleted_is_built_again(place, whose):
    """Both parts of the segment, as `rm -r` takes them; what it held is listed elsewhere."""
    first = place.publish({"disk.md": DISK, "node.md": NODE})
    second = place.publish({"disk.md": DISK + "\nThen call Marguerite.\n"})
    hurt = {"served": second, "kept": first}[whose]
    for part in _own_parts(place, hurt, second if hurt == first else first):
        shutil.rmtree(place.layout.segment(part))
    scrub.scrub()
    reconcile()
    hurt.refresh_from_db()
    assert (hurt.damage, is_whole(place, hurt)) == ("", True)
    if hurt == first:
        activation.rollback(actor="alice", reason="drill", door="api")
        assert place.search("Marguerite") == []
    assert place.search("remove old journals") == ["disk.md"]


def _own_parts(place, version, other) -> set[str]:
    both = [manifest.read(place.layout, each.number).parts for each in (version, other)]
    return both[0] - both[1]


def test_a_listing_that_is_missing_is_made_again_by_the_scrub(place):
    """So it is for parts from before there were listings."""
    served = place.publish({"disk.md": DISK})
    part = segments(place, served)[0].rows
    told = place.layout.listing(part)
    assert told.samefile(place.layout.segment(part) / "documents.json"), "it costs no bytes"
    told.unlink()
    scrub.scrub()
    shutil.rmtree(place.layout.segment(part))
    reconcile()
    assert is_whole(place, served)
    assert told.samefile(place.layout.segment(part) / "documents.json")


def _forget_texts(place, version) -> str:
    """Take away a whole rows part: nothing tells which documents it held."""
    part = segments(place, version)[0].rows
    shutil.rmtree(place.layout.segment(part))
    place.layout.listing(part).unlink()
    return part


def test_what_can_not_be_had_again_makes_its_versions_unavailable(place):
    """The part of #1 is gone; #2 has another. #1 can't return, and the status says why."""
    first = place.publish({"disk.md": DISK})
    second = place.publish({"disk.md": DISK + "\nThen call Marguerite.\n"})
    part = _forget_texts(place, first)
    scrub.scrub()
    first.refresh_from_db()
    assert part in first.damage
    assert not first.is_activatable
    assert [row["version"] for row in status()["damaged"]] == [first.number]
    with pytest.raises(VersionDamaged, match="damaged"):
        activation.activate(first.number, actor="alice", door="admin")
    reconcile()
    assert place.active() == second


def test_what_is_served_and_can_not_be_had_again_is_built_from_nothing(place):
    served = place.publish({"disk.md": DISK})
    _forget_texts(place, served)
    reconcile()
    newer = place.active()
    assert (newer.number, newer.digest) == (served.number + 1, served.digest)
    assert is_whole(place, newer)
    assert place.search("remove old journals") == ["disk.md"]


def test_a_text_that_nobody_has_any_more_can_not_be_had_again(place):
    """The file is spoilt in the middle of its text, and the database has lost the revision."""
    first = place.publish({"disk.md": DISK})
    place.publish({"disk.md": NODE})
    part = segments(place, first)[0].rows
    spoil(
        place.layout.segment(part) / "rows.bin", lambda data: data.replace(b"journals", b"jOurnals")
    )
    Revision.objects.filter(body=DISK).update(body=NODE, sha256="0" * 64)
    scrub.scrub()
    first.refresh_from_db()
    assert "damaged" in first.damage


def test_a_version_folder_deleted_by_hand_can_not_return(place):
    first = place.publish({"disk.md": DISK})
    second = place.publish({"disk.md": DISK + "\nThen call Marguerite.\n"})
    shutil.rmtree(place.layout.version(first.number))
    reconcile()
    first.refresh_from_db()
    assert (first.state, "deleted" in first.reason) == ("collected", True)
    assert place.active() == second


def test_the_served_version_s_folder_deleted_by_hand_is_followed_by_another(place):
    served = place.publish({"disk.md": DISK})
    shutil.rmtree(place.layout.version(served.number))
    reconcile()
    assert place.active().number == served.number + 1
    assert place.search("remove old journals") == ["disk.md"]
    reconcile()
    assert DeploymentVersion.objects.get(number=served.number).state == "collected"


@pytest.mark.parametrize("harm", ["deleted", "dangling"])
def test_a_slot_s_link_is_mended(place, harm):
    served = place.publish({"disk.md": DISK})
    link = place.layout.slot(served.slot)
    link.unlink()
    if harm == "dangling":
        link.symlink_to("versions/999999")
    reconcile()
    assert place.active() == served
    assert place.search("remove old journals") == ["disk.md"]


@pytest.fixture
def little_room(place):
    """A limit on the size of any file that this very process writes, as a full disk would be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    cache = sum(path.stat().st_size for path in place.layout.indices.glob("embeddings*"))
    room = cache + 300_000

    def limit(on: bool) -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room if on else soft, hard))
        return room

    yield limit
    limit(False)


def test_a_full_disk_changes_nothing_and_says_so(place, little_room, monkeypatch):
    served = place.publish({"disk.md": DISK})
    section = "## Journals\n\n" + "Remove the old journals of the node. " * 16 + "\n\n"
    place.write("large.md", section * (2 * little_room(False) // len(section)))
    little_room(True)
    reconcile()
    little_room(False)
    failed = place.newest()
    assert failed.state == "failed"
    assert "No space is left" in failed.reason
    assert place.active() == served
    assert place.search("remove old journals") == ["disk.md"]
    assert list(place.layout.segments.glob(".tmp-*")) == []
    assert not place.layout.version(failed.number).exists()
    monkeypatch.setattr(patience, "FIRST", patience.timedelta(0))
    assert place.publish().documents == 2
