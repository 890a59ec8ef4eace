"""Merging segments gives the very bytes that writing their live documents anew gives."""

import random

import pytest

from retrieval.index import Index
from retrieval.layout import Layout
from retrieval.rows_merger import merge
from retrieval.segments import open_vectors
from retrieval.versions import without
from retrieval.view import open_segments
from tests.retrieval.building import DOCUMENTS, indexed, publish, segment


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path)


def live(index: Index):
    return [indexed(path, index.document(path)[1]) for path in index.revisions()]


def test_it_writes_what_the_live_documents_give(layout):
    index = publish(layout, 1, DOCUMENTS)
    for number, path in enumerate(["copies/two.md", "guides/empty.md", "ops/windows.md"], start=2):
        index = publish(layout, number, {path: f"# New {number}\n\nÀ savoir."}, base=index)
    index = publish(layout, 5, {}, base=index, removed=["guides/oncall.md", "copies/one.md"])

    merged = merge(layout, index.view.segments)

    fresh = segment(layout, live(index))
    assert (merged.rows, merged.vectors) == (fresh.rows, fresh.vectors)


@pytest.mark.parametrize("seed", range(12))
def test_it_does_so_for_any_split_into_segments(layout, seed):
    draw = random.Random(seed)
    paths = draw.sample(sorted(DOCUMENTS), len(DOCUMENTS))
    index, number = None, 0
    while paths:
        some, paths = paths[: draw.randint(1, 6)], paths[6:]
        number += 1
        index = publish(layout, number, {path: DOCUMENTS[path] for path in some}, base=index)
    gone = draw.sample(sorted(index.revisions()), len(index.revisions()) // 3)
    segments = open_segments(layout, without(index, gone))

    merged = merge(layout, segments)

    fresh = segment(layout, [one for one in live(index) if one.path not in gone])
    assert (merged.rows, merged.vectors) == (fresh.rows, fresh.vectors)


def test_it_makes_no_vectors_of_documents_without_text(layout):
    index = publish(layout, 1, {"a.md": "", "b.md": "---\ntitle: B\n---\n"})
    index = publish(layout, 2, {"c.md": ""}, base=index)
    merged = merge(layout, index.view.segments)
    assert (merged.documents, merged.chunks, merged.vectors) == (3, 0, None)


def test_what_it_makes_can_be_merged_again(layout):
    index = publish(layout, 2, {"c.md": "# C"}, base=publish(layout, 1, DOCUMENTS))
    once = merge(layout, index.view.segments)
    assert merge(layout, open_segments(layout, [once])) == once
    assert open_vectors(layout, once.vectors).count == once.chunks
