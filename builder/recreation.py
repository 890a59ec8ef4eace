"""Builds a part of a segment again, from its other file, the database and the embedding cache."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from builder import documents, embedding, wanted
from builder.errors import BuilderError
from builder.wanted import layout
from knowledge.models import Revision
from retrieval import parts
from retrieval.chunking import split
from retrieval.embeddings import EmbeddingCache
from retrieval.errors import IndexDamaged
from retrieval.listings import DOCUMENTS
from retrieval.manifest import SegmentRef
from retrieval.rows import Rows, open_rows
from retrieval.segments import IndexedDocument, embedded_texts, write_rows, write_vectors

BATCH = 400


class CannotRecreate(BuilderError):
    """What the part was made of is not there any more, or makes another part by now."""

    code = "cannot_recreate"


def recreate(segment: SegmentRef, embedder: str) -> None:
    """Put the parts that are not in place back; each is proved by its name, or CannotRecreate."""
    _put_back(segment.rows, lambda: write_rows(layout(), _documents_of(segment.rows)))
    if segment.vectors:
        _put_back(segment.vectors, lambda: _vectors(segment.rows, embedder))


def _put_back(part: str, write: Callable[[], str]) -> None:
    try:
        parts.verify(layout(), part, sums=False)
    except IndexDamaged:
        made = write()
        if made != part:
            raise CannotRecreate(
                f"The part {part} can't be built again: the same documents make {made} by now."
            ) from None
        parts.drop_aside(layout(), part)


def _documents_of(part: str) -> list[IndexedDocument]:
    """What a rows part held, by whatever tells it; the part's name says whether that is true."""
    folder = parts.aside_of(layout(), part)
    texts = dict(_texts_in(folder, part))
    listed = _listed(folder / DOCUMENTS) or _listed(layout().listing(part))
    if listed is None:
        opened = _opened(folder, part)
        if opened is None:
            raise CannotRecreate(f"Nothing tells what the part {part} held.")
        return list(documents.from_rows(opened))
    texts |= _texts([each.sha256 for each in listed if each.sha256 not in texts])
    return [_with_text(each, texts) for each in listed]


def _listed(file: Path) -> list[IndexedDocument] | None:
    """Without the texts; None when it is gone, or can't be read."""
    try:
        return [
            IndexedDocument(path, number, sha, title, "", ())
            for path, number, sha, title in json.loads(file.read_bytes())
        ]
    except (OSError, ValueError, TypeError):
        return None


def _with_text(told: IndexedDocument, texts: dict[str, str]) -> IndexedDocument:
    body = texts.get(told.sha256)
    if body is None:
        raise CannotRecreate(f"The text of {told.path}, revision {told.revision}, is not kept.")
    return IndexedDocument(
        told.path, told.revision, told.sha256, told.title, body, tuple(split(body))
    )


def _texts_in(folder: Path, part: str) -> Iterator[tuple[str, str]]:
    """(sha256, text) of each document that is whole in what was set aside."""
    opened = _opened(folder, part)
    for ordinal in range(opened.documents) if opened else ():
        try:
            body = opened.body(ordinal) if opened else ""
        except UnicodeDecodeError:
            continue
        yield hashlib.sha256(body.encode()).hexdigest(), body


def _opened(folder: Path, part: str) -> Rows | None:
    """The rows as far as they can be read; their content is not to be trusted."""
    try:
        return Rows(folder, parts.read_meta_in(folder, part))
    except (IndexDamaged, ValueError, KeyError, TypeError, OSError):
        return None


def _texts(sums: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(sums), BATCH):
        rows = Revision.objects.filter(sha256__in=sums[start : start + BATCH])
        found.update(rows.values_list("sha256", "body"))
    return found


def _vectors(rows_id: str, embedder: str) -> str:
    rows = open_rows(layout(), rows_id)
    texts = embedded_texts(list(documents.from_rows(rows)))
    return write_vectors(layout(), rows_id, _embedded(texts, embedder))


def _embedded(texts: list[str], embedder: str) -> np.ndarray:
    """From the cache alone when another embedder is in use by now."""
    if wanted.embedder().name == embedder:
        embedding.patiently(texts, wanted.embedder(), lambda done, total: None)
    with closing(EmbeddingCache(layout().embeddings)) as cache:
        known = cache.get(embedder, texts)
    if any(text not in known for text in texts):
        raise CannotRecreate(f"{embedder} is not in use any more, and its vectors are not kept.")
    return np.stack([known[text] for text in texts])
