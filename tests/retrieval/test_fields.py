"""A chunk is found by what its document says of itself, and what is quoted is its text alone."""

import pytest

from retrieval.chunking import split
from retrieval.fields import Fields
from retrieval.layout import Layout
from tests.retrieval.building import embed, publish

FRONT = """---
title: Paging
description: Whom to wake at night.
tags: [on-call, escalade]
aliases:
  - /old/pager/
weight: 0xffff
---
# Paging

Call the second line, and say which service it is and since when it does not answer anybody.

## After hours

Call the manager of the team whose service it is, at home, whatever the hour may be by then.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    documents = {"equipes/stockage/pages.md": FRONT, "other.md": "# Other\n\nNothing of it.\n"}
    return publish(Layout(tmp_path_factory.mktemp("indices")), 1, documents)


@pytest.mark.parametrize("asked", ["stockage", "équipes", "escalade", "wake at night", "pager"])
def test_paths_and_front_matter_find_every_chunk_of_a_document(index, asked):
    hits = index.search(asked, None, 10)

    assert [hit.document for hit in hits] == ["equipes/stockage/pages.md"] * 2
    assert all(hit.text in FRONT and "escalade" not in hit.text for hit in hits)


def test_what_is_said_already_does_not_count_again():
    body = "# Disk\n\nThe disk fills.\n"
    (chunk,) = split(body)

    said = Fields("disk/fills.md", "Disk", body).terms_of(chunk)
    assert sorted(said) == sorted(Fields("x.md", "Disk", body).terms_of(chunk)[:-1])


@pytest.mark.parametrize(
    "front",
    ["tags: 7", "tags: {a: b}", "tags: [[x], {y: z}, null]", "description: 0x" + "f" * 9_000],
)  # fmt: skip
def test_a_front_matter_that_tells_nothing_is_passed_over(front):
    body = f"---\n{front}\n---\nText.\n"
    (chunk,) = split(body)

    assert Fields("a.md", "A", body).terms_of(chunk)


def test_markup_finds_nothing(tmp_path):
    body = "# Note\n\n{% include copybutton.html %} <div class='admonition'>Text</div>\n"
    index = publish(Layout(tmp_path), 1, {"note.md": body, "b.md": "# B\n\nBe.\n"})

    assert not index.search("copybutton", None, 5)
    assert not index.search("admonition", None, 5)
    assert index.search("text", embed(["text"])[0], 5)[0].text == body.rstrip()
    assert set(index.rarest_terms("note.md")) == {"Note", "Text"}
