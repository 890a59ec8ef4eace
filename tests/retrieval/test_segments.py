import json
import os
import re
import stat
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval import parts
from retrieval.chunking import split
from retrieval.errors import IndexDamaged
from retrieval.layout import Layout
from retrieval.segments import (
    chunk_id,
    embedded_texts,
    open_rows,
    open_vectors,
    verify,
    write_rows,
    write_vectors,
)
from tests.retrieval.building import DIMENSIONS, DOCUMENTS, embed, indexed, segment


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "indices")


@pytest.fixture
def documents():
    return [indexed(path, body) for path, body in DOCUMENTS.items()]


def spoil(path, change):
    """Write other bytes over a read-only file."""
    path.chmod(0o644)
    data = change(path.read_bytes())
    path.unlink()
    path.write_bytes(data)


def test_the_documents_come_back_as_they_were(layout, documents):
    rows = open_rows(layout, write_rows(layout, documents))

    assert rows.paths == sorted(DOCUMENTS)
    for document in documents:
        ordinal = rows.find(document.path)
        assert rows.revision(ordinal) == (document.revision, document.sha256)
        assert rows.title(ordinal) == document.title
        assert rows.body(ordinal) == document.body
    assert rows.find("ops/missing.md") is None
    assert rows.find("zzz") is None


def test_each_chunk_is_a_slice_of_its_document(layout, documents):
    rows = open_rows(layout, write_rows(layout, documents))

    for ordinal, document in enumerate(sorted(documents, key=lambda each: each.path)):
        kept = [rows.chunk(row) for row in rows.rows_of([ordinal]).tolist()]
        assert [(each.ordinal, each.start, each.end, each.section) for each in kept] == [
            (each.ordinal, each.start, each.end, each.section) for each in document.chunks
        ]
        assert [each.text for each in kept] == [
            document.body[each.start : each.end] for each in document.chunks
        ]


def test_rows_are_in_the_order_of_their_ids(layout, documents):
    rows = open_rows(layout, write_rows(layout, documents))
    ids = [row.tobytes() for row in rows.ids]

    assert ids == sorted(ids)
    assert len(set(ids)) == rows.chunks == sum(len(each.chunks) for each in documents)


def test_an_id_tells_path_place_and_text_apart():
    ids = {
        chunk_id("a", 1, "x"),
        chunk_id("b", 1, "x"),
        chunk_id("a", 2, "x"),
        chunk_id("a", 1, ""),
    }

    assert len(ids) == 4
    assert {len(each) for each in ids} == {16}


def test_equal_documents_are_one_folder_whatever_their_order(layout, documents):
    ids = {write_rows(layout, documents), write_rows(layout, documents[::-1])}

    assert len(ids) == 1
    assert [folder.name for folder in layout.segments.iterdir()] == list(ids)


def test_two_who_write_the_same_part_at_once_have_the_same_one(layout, monkeypatch):
    """A build and compaction, each under its own lock: the other comes after the first's last look,
    and before its rename."""

    def fill(folder):
        (folder / "a").write_bytes(b"the same")
        return {}

    others = []
    rename = Path.rename

    def after_the_other(self, target):
        monkeypatch.setattr(Path, "rename", rename)
        others.append(parts.write(layout, "rows", fill))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", after_the_other)
    assert [parts.write(layout, "rows", fill)] == others
    assert [folder.name for folder in layout.segments.iterdir()] == others
    parts.verify(layout, others[0], sums=True)


def test_another_revision_is_another_part_with_the_same_chunk_ids(layout):
    one, two = (write_rows(layout, [indexed("a.md", "# A\n\nText.", n)]) for n in (1, 2))

    assert one != two
    assert np.array_equal(open_rows(layout, one).ids, open_rows(layout, two).ids)


def test_a_path_can_be_given_once_only(layout):
    with pytest.raises(ValueError, match=r"a\.md is given twice"):
        write_rows(layout, [indexed("a.md", "One."), indexed("a.md", "Two.", 2)])


def test_everything_is_read_only_and_nothing_half_done_is_left(layout, documents):
    segment(layout, documents)

    files = [path for path in layout.segments.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o444}
    assert not list(layout.segments.glob(".*"))


def test_a_write_that_fails_leaves_nothing(layout):
    def fill(folder):
        (folder / "a").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        parts.write(layout, "rows", fill)

    assert list(layout.segments.iterdir()) == []


def test_a_document_without_chunks_is_kept(layout):
    rows = open_rows(layout, write_rows(layout, [indexed("empty.md", "")]))

    assert (rows.documents, rows.chunks, rows.tokens) == (1, 0, 0)
    assert rows.body(0) == ""
    assert rows.rows_of([0]).tolist() == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=300), min_size=1, max_size=5))
def test_any_texts_come_back(tmp_path_factory, bodies):
    layout = Layout(tmp_path_factory.mktemp("indices"))
    documents = [indexed(f"{number}.md", body) for number, body in enumerate(bodies)]
    rows = open_rows(layout, write_rows(layout, documents))

    for ordinal, body in enumerate(bodies):
        assert rows.body(ordinal) == body
        found = [rows.chunk(row) for row in rows.rows_of([ordinal]).tolist()]
        assert [each.text for each in found] == [body[c.start : c.end] for c in split(body)]


def test_vectors_belong_to_their_rows(layout, documents):
    ref = segment(layout, documents)
    rows, vectors = open_rows(layout, ref.rows), open_vectors(layout, ref.vectors)
    texts = {}
    for document in documents:
        for chunk in document.chunks:
            text = document.body[chunk.start : chunk.end]
            texts[chunk_id(document.path, chunk.ordinal, text)] = chunk.embedded_text
    wanted = embed([texts[row.tobytes()] for row in rows.ids])

    assert vectors.count == rows.chunks
    assert vectors.read(np.arange(rows.chunks)) == pytest.approx(wanted, abs=1e-3)


def test_texts_are_embedded_in_the_order_of_the_rows(layout, documents):
    assert embedded_texts(documents) == embedded_texts(documents[::-1])


def test_vectors_must_match_their_rows(layout, documents):
    rows = write_rows(layout, documents)

    with pytest.raises(ValueError, match="3 vectors for the"):
        write_vectors(layout, rows, np.zeros((3, DIMENSIONS), "f4"))


def test_a_vector_that_is_not_a_number_is_refused(layout, documents):
    rows = write_rows(layout, documents)
    vectors = embed(embedded_texts(documents))
    vectors[2, 5] = np.nan

    with pytest.raises(ValueError, match="not a number"):
        write_vectors(layout, rows, vectors)


def test_versions_share_what_is_open(layout, documents):
    ref = segment(layout, documents)

    assert open_rows(layout, ref.rows) is open_rows(layout, ref.rows)
    opened, barrier = [], threading.Barrier(8)

    def open_at_once():
        barrier.wait(10)
        opened.append(open_vectors(layout, ref.vectors))

    threads = [threading.Thread(target=open_at_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(vectors) for vectors in opened}) == 1


def test_what_nobody_uses_is_closed(layout, documents):
    maps = Path("/proc/self/maps")
    ref = segment(layout, documents)
    opened = [open_rows(layout, ref.rows), open_vectors(layout, ref.vectors)]
    assert {ref.rows, ref.vectors} <= set(re.findall(r"[0-9a-f]{64}", maps.read_text()))

    opened.clear()

    assert str(layout.segments) not in maps.read_text()


def test_a_part_that_was_set_aside_and_written_anew_is_opened_anew(layout, documents):
    rows_id = write_rows(layout, documents)
    before = open_rows(layout, rows_id)
    layout.segment(rows_id).rename(layout.segments / "aside")
    write_rows(layout, documents)

    assert open_rows(layout, rows_id) is not before
    assert before.paths == sorted(DOCUMENTS)


def test_a_spoilt_part_is_replaced_when_its_bytes_are_written_again(layout, documents):
    rows_id = write_rows(layout, documents)
    spoil(layout.segment(rows_id) / "rows.bin", lambda data: data[:-1] + b"!")

    assert write_rows(layout, documents) == rows_id

    verify(layout, rows_id, sums=True)
    assert len(list(layout.segments.glob(".damaged-*"))) == 1


@pytest.mark.parametrize(
    ("name", "change", "sums", "said"),
    [
        ("rows.bin", lambda data: data[:-1], False, "its size is"),
        ("rows.bin", lambda data: data + b"!", False, "its size is"),
        ("rows.bin", lambda data: b"!" + data[1:], True, "its sha256 is"),
        ("meta.json", lambda data: data + b" ", False, "its sum is not the segment's name"),
        ("meta.json", lambda data: b"", False, "its sum is not the segment's name"),
    ],
)
def test_damage_is_found_and_named(layout, documents, name, change, sums, said):
    rows_id = write_rows(layout, documents)
    spoil(layout.segment(rows_id) / name, change)

    with pytest.raises(IndexDamaged, match=said) as caught:
        verify(layout, rows_id, sums=sums)

    assert str(layout.segment(rows_id) / name) in str(caught.value)


@pytest.mark.parametrize("name", ["rows.bin", "meta.json", ""])
def test_what_is_missing_is_damage(layout, documents, name):
    rows_id = write_rows(layout, documents)
    layout.segment(rows_id).rename(layout.segments / "aside")
    if name:
        layout.segment(rows_id).mkdir()
        for path in (layout.segments / "aside").iterdir():
            if path.name != name:
                os.link(path, layout.segment(rows_id) / path.name)

    with pytest.raises(IndexDamaged, match=rows_id):
        open_rows(layout, rows_id)


def test_damage_is_found_even_in_what_is_open(layout, documents):
    rows_id = write_rows(layout, documents)
    rows = open_rows(layout, rows_id)
    spoil(layout.segment(rows_id) / "rows.bin", lambda data: data[:100])

    with pytest.raises(IndexDamaged, match=r"rows\.bin"):
        open_rows(layout, rows_id)
    assert rows.paths == sorted(DOCUMENTS)


def test_vectors_of_the_right_size_that_are_none_are_damage(layout, documents):
    ref = segment(layout, documents)
    spoil(layout.segment(ref.vectors) / "vectors.faiss", lambda data: b"\xff" * len(data))

    with pytest.raises(IndexDamaged, match=ref.vectors):
        open_vectors(layout, ref.vectors)


def test_a_part_of_another_format_is_refused(layout, documents, monkeypatch):
    monkeypatch.setattr(parts, "FORMAT", 2)
    rows_id = write_rows(layout, documents)
    monkeypatch.undo()

    with pytest.raises(IndexDamaged, match="format 2"):
        open_rows(layout, rows_id)


def test_its_facts_can_be_read_by_people(layout, documents):
    rows_id = write_rows(layout, documents)
    meta = json.loads((layout.segment(rows_id) / "meta.json").read_text())

    assert meta["kind"] == "rows"
    assert meta["facts"]["documents"] == len(DOCUMENTS)
