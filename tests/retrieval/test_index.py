import threading
from dataclasses import replace

import numpy as np
import pytest

from retrieval import manifest
from retrieval.errors import IndexDamaged, VersionCollected
from retrieval.index import Index
from retrieval.layout import Layout
from retrieval.segments import reference, write_rows, write_vectors
from tests.retrieval.building import (
    DOCUMENTS,
    QUESTIONS,
    embed,
    indexed,
    live,
    publish,
    segment,
)


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "indices")


@pytest.fixture
def index(layout):
    return publish(layout, 1, DOCUMENTS)


def bodies(index):
    return {row.path: index.document(row.path)[1] for row in index.documents()}


def test_it_holds_the_documents(index):
    assert bodies(index) == DOCUMENTS
    row, body = index.document("guides/oncall.md")
    assert (row.revision, row.title) == (1, "Being on call")
    assert body == DOCUMENTS["guides/oncall.md"]
    assert index.document("guides/missing.md") is None
    assert index.view.documents == len(DOCUMENTS) == index.manifest.documents


def test_an_unknown_version_is_said_to_be_gone(layout):
    with pytest.raises(VersionCollected, match="#7"):
        Index.open(layout, 7)


def test_a_changed_document_takes_the_place_of_the_earlier(layout, index):
    after = publish(layout, 2, {"ops/deploy.md": "# Deploy\n\nNew."}, base=index, revision=2)

    assert bodies(after) == DOCUMENTS | {"ops/deploy.md": "# Deploy\n\nNew."}
    assert after.revisions()["ops/deploy.md"][0] == 2
    assert after.manifest.parent == 1
    assert bodies(index) == DOCUMENTS


def test_a_removed_document_is_nowhere(layout, index):
    words = index.rarest_terms("alerts/pods.md")
    after = publish(layout, 2, base=index, removed=["alerts/pods.md", "alerts/unknown.md"])

    assert "alerts/pods.md" not in bodies(after)
    assert "alerts/pods.md" not in after.revisions()
    assert after.document("alerts/pods.md") is None
    assert after.chunks("alerts/pods.md") == []
    assert after.rarest_terms("alerts/pods.md") == []
    for vector in (None, embed([DOCUMENTS["alerts/pods.md"]])[0]):
        hits = after.search(" ".join(words), vector, 50)
        assert "alerts/pods.md" not in {hit.document for hit in hits}


def test_a_document_comes_back_after_its_removal(layout, index):
    path = "alerts/pods.md"
    gone = publish(layout, 2, base=index, removed=[path])
    back = publish(layout, 3, {path: DOCUMENTS[path]}, base=gone, revision=3)

    assert back.revisions()[path][0] == 3
    assert back.document(path)[1] == DOCUMENTS[path]


def test_a_segment_with_nothing_live_is_left_out(layout, index):
    after = publish(layout, 2, DOCUMENTS, base=index, revision=2)

    assert len(after.manifest.segments) == 1
    assert live(after) == live(index)


def test_an_emptied_knowledge_base_is_a_version(layout, index):
    empty = publish(layout, 2, base=index, removed=list(DOCUMENTS))

    assert (empty.manifest.documents, empty.manifest.chunks, empty.manifest.coverage) == (0, 0, 1)
    assert list(empty.documents()) == []
    for vector in (None, embed(["disk"])[0]):
        assert empty.search("disk", vector, 10) == []


def test_only_what_changed_is_written(layout, index):
    before = {path: path.stat() for path in layout.segments.rglob("*")}

    publish(layout, 2, {"ops/new.md": "# New\n\nOne."}, base=index)

    after = set(layout.segments.rglob("*"))
    assert all(path.stat() == status for path, status in before.items() if path.is_file())
    assert sum(path.stat().st_size for path in after - set(before) if path.is_file()) < 20_000


def test_versions_share_open_segments(layout, index):
    after = publish(layout, 2, {"ops/new.md": "# New\n\nOne."}, base=index)

    assert after.view.segments[0].rows is index.view.segments[0].rows
    assert after.view.segments[0].live is index.view.segments[0].live


def test_a_document_is_where_its_location_says(layout, index):
    after = publish(layout, 2, {"ops/deploy.md": "# Deploy\n\nNew."}, base=index)

    assert after.location("ops/deploy.md") == (1, 0)
    assert after.location("ops/none.md") is None
    assert set(after.paths()) == after.revisions().keys() == DOCUMENTS.keys()
    for path in after.paths():
        position, ordinal = after.location(path)
        assert after.view.segments[position].rows.paths[ordinal] == path
        assert after.view.segments[position].rows.revision(ordinal) == after.revisions()[path]


def test_a_manifest_that_counts_otherwise_is_damage(layout, index):
    manifest.write(layout, replace(index.manifest, number=2, chunks=1))

    with pytest.raises(IndexDamaged, match="its manifest says 1"):
        Index.open(layout, 2)


def test_a_missing_segment_is_damage(layout, index):
    vectors = index.manifest.segments[0].vectors
    layout.segment(vectors).rename(layout.segments / "aside")

    with pytest.raises(IndexDamaged, match=vectors):
        Index.open(layout, 1)


def test_a_dead_document_that_is_not_there_is_damage(layout, index):
    ref = replace(index.manifest.segments[0], dead=frozenset({500}))
    manifest.write(layout, replace(index.manifest, number=2, segments=(ref,)))

    with pytest.raises(IndexDamaged, match="500"):
        Index.open(layout, 2)


def test_the_vectors_of_other_rows_are_damage(layout, index):
    other = segment(layout, [indexed("a.md", "# A\n\nText.")])
    ref = replace(index.manifest.segments[0], vectors=other.vectors)
    manifest.write(layout, replace(index.manifest, number=2, segments=(ref,)))

    with pytest.raises(IndexDamaged, match=other.vectors):
        Index.open(layout, 2)


def test_a_segment_without_vectors_is_found_by_words(layout, index):
    after = publish(
        layout, 2, {"new.md": "# Quokka\n\nThe quokka smiles."}, base=index, vectors=False
    )

    assert 0 < after.manifest.coverage < 1
    for vector in (None, embed(["the quokka"])[0]):
        hit = after.search("quokka", vector, 3)[0]
        assert (hit.document, hit.dense) == ("new.md", None)


def test_a_chunk_that_has_no_vector_yet_keeps_its_place_by_words(layout, index):
    """Of two alike, the one that is not embedded is not pushed below what is less alike."""
    text = "# Quokka\n\nThe quokka smiles at the fence of the northern island.\n"
    related = "# Fence\n\nThe fence of the island is long.\n"
    before = publish(layout, 2, {"fence.md": related}, base=index)
    lexical = publish(layout, 3, {"new.md": text}, base=before, vectors=False)
    whole = publish(layout, 4, {"new.md": text}, base=before)
    question = "northern fence of the quokka island"
    vector = embed([question])[0]

    for version in (lexical, whole):
        found = [hit.document for hit in version.search(question, vector, 2)]
        assert found == ["new.md", "fence.md"]
    assert lexical.search(question, vector, 1)[0].score == 1.0


def test_the_chunks_of_a_document_come_in_order(index):
    chunks = index.chunks("alerts/disk.md")

    assert [chunk.start for chunk in chunks] == sorted(chunk.start for chunk in chunks)
    for chunk in chunks:
        assert chunk.text == DOCUMENTS["alerts/disk.md"][chunk.start : chunk.end]


@pytest.mark.parametrize("path", sorted(DOCUMENTS))
def test_a_document_is_found_by_its_rarest_words(index, path):
    words = index.rarest_terms(path)
    hits = index.search(" ".join(words), None, 10)

    assert bool(words) == bool(index.chunks(path))
    assert len(words) <= 8
    assert all(word in DOCUMENTS[path] for word in words)
    assert not words or path in {hit.document for hit in hits}


def test_stop_words_are_never_the_rarest(index):
    assert not {"the", "is", "not", "at", "a"} & set(index.rarest_terms("alerts/kubelet.md"))


def test_vectors_of_two_dimensions_are_damage(layout, index):
    rows = write_rows(layout, [indexed("a.md", "# A\n\nText.")])
    ref = reference(layout, rows, write_vectors(layout, rows, np.ones((1, 3), "f4")))
    segments = (*index.manifest.segments, ref)
    manifest.write(layout, replace(index.manifest, number=2, segments=segments))

    with pytest.raises(IndexDamaged, match="3 dimensions"):
        Index.open(layout, 2)


def test_many_threads_get_what_one_gets(layout, index):
    vectors = embed(QUESTIONS)
    wanted = [index.search(*asked, 10) for asked in zip(QUESTIONS, vectors, strict=True)]
    wrong = []

    def ask():
        opened = Index.open(layout, 1)
        for question, vector, hits in zip(QUESTIONS, vectors, wanted, strict=True):
            if opened.search(question, np.array(vector), 10) != hits:
                wrong.append(question)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
