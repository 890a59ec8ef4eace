"""Folder → database: what was typed in the folder becomes revisions, some hundreds a transaction.

Nothing is locked while files are read; a document that was saved since it was compared is left
to the next comparison.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from knowledge import quarantine, revisions, text
from knowledge.comparison import Need
from knowledge.errors import NotText, TooLarge
from knowledge.merge import Act
from knowledge.models import Document, Door, Revision
from knowledge.scan import File, Unfit, read

BATCH = 500
ACTOR = "folder"


def take_in(root: Path, needs: Sequence[Need]) -> int:
    """Apply needs of the kinds TAKE, BURY and CONFLICT; returns how many were applied."""
    starts = range(0, len(needs), BATCH)
    return sum(_take_batch(root, needs[start : start + BATCH]) for start in starts)


def agree(needs: Iterable[Need]) -> None:
    """Remember what folder and database agree on, and the stat that stands for it."""
    agreed = [_based_on(Document(path=need.path), need.file) for need in needs]
    _upsert(agreed, ["folder_sha", "folder_stat"])


def keep_aside(document_id: int, body: str, time_ns: int) -> bool:
    """Keep what a write cut short had moved aside, unless it is known; False: no such document."""
    with transaction.atomic():
        document = Document.objects.select_for_update().filter(id=document_id).first()
        if document is None:
            return False
        if not document.revisions.filter(sha256=text.digest(body)).exists():
            number = revisions.last_number(document) + 1
            typed = Typed(body, revisions.title_of(body, document.path), time_ns)
            revision = _revision(document, number, typed, conflict=True)
            revision.save(force_insert=True)
            Document.objects.filter(id=document.id).update(conflict=revision)
    return True


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed in a file; nothing, when the file is gone."""

    body: str = ""
    title: str = ""
    time_ns: int = 0


def _take_batch(root: Path, needs: Sequence[Need]) -> int:
    typed = {need.path: found for need in needs if (found := _typed(root, need))}
    with transaction.atomic():
        documents = _locked(list(typed))
        numbers = _last_numbers(documents)
        unmoved = [need for need in needs if _unmoved(need, documents.get(need.path))]
        made = [
            _apply(need, document, numbers.get(document.pk, 0) + 1, typed[need.path])
            for need in unmoved
            if (document := documents[need.path])
        ]
        stored = [documents[need.path] for need in unmoved]
        _store(made, stored)
        gone = [document for document in stored if document.revision is None]
        quarantine.end_by_deletion(gone, actor=ACTOR)
    return len(made)


def _unmoved(need: Need, document: Document | None) -> bool:
    """Whether the document is as it was when it was compared (and its file could be read)."""
    before = need.row.revision_id if need.row else None
    return document is not None and document.revision_id == before


def _typed(root: Path, need: Need) -> Typed | None:
    """The text that the scan saw; None when the file holds another by now."""
    if need.file is None:
        return Typed()
    try:
        data, _ = read(os.path.realpath(root / need.file.name))
        body = text.decode(data)
    except (OSError, Unfit, NotText, TooLarge):
        return None  # the next scan says what it is
    if text.digest(body) != need.file.sha256:
        return None
    return Typed(body, revisions.title_of(body, need.path), need.file.time_ns)


def _apply(need: Need, document: Document, number: int, typed: Typed) -> Revision:
    """Make the revision that the need asks for, and point the document; nothing is saved yet."""
    live = document.revision
    _based_on(document, need.file)
    if need.file is None:
        document.revision = None
        return revisions.tombstone(document, live, number, actor=ACTOR, door=Door.FOLDER)
    file_lost = (
        need.act is Act.CONFLICT and live is not None and _moment(typed.time_ns) < live.saved_at
    )
    revision = _revision(document, number, typed, conflict=file_lost)
    if need.act is Act.CONFLICT:
        document.conflict = revision if file_lost else live
    if not file_lost:
        document.revision = revision
    return revision


def _revision(document: Document, number: int, typed: Typed, *, conflict: bool) -> Revision:
    return revisions.build(
        document,
        number,
        typed.body,
        actor=ACTOR,
        door=Door.FOLDER,
        title=typed.title,
        saved_at=min(_moment(typed.time_ns), timezone.now()),
        conflict=conflict,
    )


def _locked(paths: list[str]) -> dict[str, Document]:
    known = Document.objects.filter(path__in=paths).values_list("path", flat=True)
    new = set(paths) - set(known)
    Document.objects.bulk_create([Document(path=path) for path in new], ignore_conflicts=True)
    found = Document.objects.select_for_update(of=("self",)).filter(path__in=paths)
    found = (
        found.select_related("revision", "conflict")
        .defer("revision__body", "conflict__body")
        .order_by("id")
    )
    return {document.path: document for document in found}


def _last_numbers(documents: dict[str, Document]) -> dict[int, int]:
    ids = [document.pk for document in documents.values()]
    found = Revision.objects.filter(document__in=ids).order_by().values_list("document")
    return dict(found.annotate(last=Max("number")))


def _store(made: list[Revision], documents: list[Document]) -> None:
    Revision.objects.bulk_create(made)
    conflicts = [document.conflict.pk for document in documents if document.conflict]
    Revision.objects.filter(id__in=conflicts).update(conflict=True)
    _upsert(documents, ["revision", "conflict", "folder_sha", "folder_stat"])


def _upsert(documents: Iterable[Document], fields: list[str]) -> None:
    """Update many rows in one statement each batch: by path, so without their ids."""
    rows = [
        Document(path=document.path, **{name: getattr(document, name) for name in fields})
        for document in documents
    ]
    Document.objects.bulk_create(
        rows, BATCH, update_conflicts=True, unique_fields=["path"], update_fields=fields
    )


def _based_on(document: Document, file: File | None) -> Document:
    document.folder_sha = file.sha256 if file else ""
    document.folder_stat = file.stat if file else ""
    return document


def _moment(time_ns: int) -> datetime:
    return datetime.fromtimestamp(min(time_ns, 253_402_300_799_000_000_000) / 1e9, UTC)
