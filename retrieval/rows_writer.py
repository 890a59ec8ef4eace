"""Writes the rows part of a segment: documents with their bodies, chunks, postings.

Documents are in the order of their paths, chunks (the rows) in the order of their ids. Nothing but
the ids, the texts and the places decides the bytes, so equal documents give the same part.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from retrieval import arrays, listings, parts, postings
from retrieval.arrays import Array, Strings
from retrieval.chunking import Chunk
from retrieval.fields import Fields
from retrieval.layout import Layout
from retrieval.listings import DOCUMENTS

KIND, FILE = "rows", "rows.bin"
ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A revision of a document, split, as a segment takes it."""

    path: str
    revision: int
    sha256: str
    title: str
    body: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A chunk with the ordinal of its document, and its id."""

    id: bytes
    document: int
    chunk: Chunk


def chunk_id(path: str, ordinal: int, text: str) -> bytes:
    """The name of a chunk in every version and database that holds the same text at its place."""
    return hashlib.sha256(f"{path}\0{ordinal}\0{text}".encode()).digest()[:ID_BYTES]


def embedded_texts(documents: Sequence[IndexedDocument]) -> list[str]:
    """What to embed, in the order of the rows that `write_rows` makes of the same documents."""
    return [placed.chunk.embedded_text for placed in _place(_by_path(documents))]


def write_rows(layout: Layout, documents: Sequence[IndexedDocument]) -> str:
    """Write the rows part of these documents (one revision of each path); return its id."""
    ordered = _by_path(documents)
    placed = _place(ordered)
    fields = [Fields(document.path, document.title, document.body) for document in ordered]
    analysed = [fields[row.document].terms_of(row.chunk) for row in placed]
    columns = {
        **_document_columns(ordered, placed),
        **_chunk_columns(ordered, placed),
        **_name_columns(ordered, placed),
        **postings.columns(analysed),
        "chunks.length": np.array([len(words) for words in analysed], "<u4"),
    }
    return write_columns(layout, columns)


def write_columns(layout: Layout, columns: Mapping[str, Array]) -> str:
    """Write the rows part of these columns, in the order that `write_rows` gives them."""
    facts = {
        "documents": len(columns["documents.revision"]),
        "chunks": len(columns["chunks.id"]),
        "tokens": int(columns["chunks.length"].sum(dtype="i8")),
    }

    def fill(folder: Path) -> dict[str, Any]:
        (folder / DOCUMENTS).write_text(_told(columns))
        return {**facts, "arrays": arrays.write(folder / FILE, columns)}

    id = parts.write(layout, KIND, fill)
    listings.keep(layout, id)
    return id


def _told(columns: Mapping[str, Array]) -> str:
    """Enough to find the texts again in the database, and to build FILE from them."""
    paths, titles = Strings.of(columns, "paths"), Strings.of(columns, "titles")
    revisions, sums = columns["documents.revision"], columns["documents.sha256"]
    rows = [
        [paths[ordinal], int(revisions[ordinal]), sums[ordinal].tobytes().hex(), titles[ordinal]]
        for ordinal in range(len(revisions))
    ]
    return json.dumps(rows, ensure_ascii=False, indent=0) + "\n"


def _by_path(documents: Sequence[IndexedDocument]) -> list[IndexedDocument]:
    ordered = sorted(documents, key=lambda document: document.path)
    for one, next_ in pairwise(ordered):
        if one.path == next_.path:
            raise ValueError(f"{one.path} is given twice: a segment takes one revision of each.")
    return ordered


def _place(documents: Sequence[IndexedDocument]) -> list[_Placed]:
    placed = [
        _Placed(
            chunk_id(document.path, chunk.ordinal, document.body[chunk.start : chunk.end]),
            ordinal,
            chunk,
        )
        for ordinal, document in enumerate(documents)
        for chunk in document.chunks
    ]
    return sorted(placed, key=lambda row: row.id)


def _document_columns(
    documents: Sequence[IndexedDocument], placed: Sequence[_Placed]
) -> dict[str, Array]:
    """Revisions, sums, and for each document its rows in the order of the text."""
    reading_order = sorted(
        range(len(placed)), key=lambda row: (placed[row].document, placed[row].chunk.ordinal)
    )
    offsets = np.zeros(len(documents) + 1, "<u4")
    np.cumsum([len(document.chunks) for document in documents], out=offsets[1:])
    sums = b"".join(bytes.fromhex(document.sha256) for document in documents)
    return {
        "documents.revision": np.array([document.revision for document in documents], "<u8"),
        "documents.sha256": np.frombuffer(sums, "u1").reshape(len(documents), 32),
        "documents.rows": np.array(reading_order, "<u4"),
        "documents.rows.offsets": offsets,
        **Strings.pack([document.body for document in documents]).columns("bodies"),
    }


def _chunk_columns(
    documents: Sequence[IndexedDocument], placed: Sequence[_Placed]
) -> dict[str, Array]:
    """The places of the chunks in characters, as people count, and in bytes, as bodies are kept."""
    ids = np.frombuffer(b"".join(row.id for row in placed), "u1").reshape(len(placed), ID_BYTES)
    places = _byte_places(documents)
    columns = {
        "document": [row.document for row in placed],
        "ordinal": [row.chunk.ordinal for row in placed],
        "start": [row.chunk.start for row in placed],
        "end": [row.chunk.end for row in placed],
        "start_byte": [places[row.document][row.chunk.start] for row in placed],
        "end_byte": [places[row.document][row.chunk.end] for row in placed],
    }
    return {
        "chunks.id": ids,
        **{f"chunks.{name}": np.array(values, "<u4") for name, values in columns.items()},
    }


def _byte_places(documents: Sequence[IndexedDocument]) -> list[dict[int, int]]:
    """For each document, the byte offset of every character offset where a chunk begins or ends."""
    places: list[dict[int, int]] = []
    for document in documents:
        cuts = {cut for chunk in document.chunks for cut in (chunk.start, chunk.end)}
        found, at_character, at_byte = {}, 0, 0
        for cut in sorted(cuts):
            at_byte += len(document.body[at_character:cut].encode())
            found[cut], at_character = at_byte, cut
        places.append(found)
    return places


def _name_columns(
    documents: Sequence[IndexedDocument], placed: Sequence[_Placed]
) -> dict[str, Array]:
    sections = sorted({row.chunk.section for row in placed})
    number = {section: position for position, section in enumerate(sections)}
    return {
        **Strings.pack([document.path for document in documents]).columns("paths"),
        **Strings.pack([document.title for document in documents]).columns("titles"),
        **Strings.pack(sections).columns("sections"),
        "chunks.section": np.array([number[row.chunk.section] for row in placed], "<u4"),
    }
