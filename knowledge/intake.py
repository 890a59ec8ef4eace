"""Folder → database: what was typed in the folder becomes revisions, a hundred a transaction.

Nothing is locked while files are read; a document that was saved since it was compared is left
to the next comparison.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from knowledge import places, quarantine, revisions, saving, text
from knowledge.errors import NotText, TooLarge
from knowledge.merge import Act
from knowledge.models import Document, Door, Place, Revision
from knowledge.needs import Need
from knowledge.saving import About
from knowledge.scan import File, Unfit, read

BATCH = 100  # files a transaction: who saves meanwhile waits some 40 ms for one at most
ACTOR = "folder"


def take_in(root: Path, needs: Sequence[Need], actor: str = ACTOR) -> int:
    """Apply needs of the kinds TAKE, MOVE, BURY and CONFLICT; returns how many were applied."""
    starts = range(0, len(needs), BATCH)
    return sum(_take_batch(root, needs[start : start + BATCH], actor) for start in starts)


def on_behalf_of(person: str) -> str:
    """Who deletes, when a person says that the folder is right: never the folder by itself."""
    return f"{person} ({ACTOR})"


def agree(needs: Iterable[Need]) -> None:
    """Remember what folder and database agree on, and the stat that stands for it."""
    found: list[Place] = []
    for need in needs:
        found.append(_place(need.path, need.file))
        if need.origin:
            found.append(_place(need.origin.path, None))
    places.upsert(Place, found, "path", ["sha256", "stat"])


def keep_aside(place_id: int, body: str, time_ns: int) -> bool:
    """Keep what a write cut short had moved aside, unless it is known; False: not yet, or never.

    With the document that was the last at that place, wherever that is now.
    """
    path = Place.objects.filter(id=place_id).values_list("path", flat=True).first()
    document = places.last_at(path) if path else None
    if path is None or document is None:
        return False
    typed = Typed(body, saving.about(body, path), time_ns)
    with transaction.atomic():
        places.lock([path, document.path])
        found = places.last_at(path)
        if found != document or found.path != document.path:  # it moved: nothing is locked there
            return False
        known = Revision.objects.filter(Q(path=path) | Q(document=document))
        if not known.filter(sha256=text.digest(body)).exists():
            number = places.next_number(document, document.path)
            revision = _revision(document, number, typed, conflict=True)
            revision.save(force_insert=True)
            Document.objects.filter(id=document.id).update(conflict=revision)
    return True


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed in a file; nothing, when the file is gone."""

    body: str
    about: About
    time_ns: int


NOTHING = Typed("", About("", "", None, ""), 0)


def _take_batch(root: Path, needs: Sequence[Need], actor: str) -> int:
    typed = {need.path: found for need in needs if (found := _typed(root, need))}
    with transaction.atomic():
        places.lock(path for need in needs for path in need.paths)
        live = _live_at({path for need in needs for path in need.paths})
        unmoved = [need for need in needs if need.path in typed and _unmoved(need, live)]
        documents = _documents(unmoved, live)
        numbers = places.last_numbers(documents)
        made = [
            _apply(need, documents[need.path], numbers[need.path] + 1, typed[need.path], actor)
            for need in unmoved
        ]
        _store(made, list(documents.values()))
        agree(unmoved)
        gone = [document for document in documents.values() if document.revision is None]
        quarantine.end_by_deletion(gone, actor=actor)
    return len(made)


def _live_at(paths: Collection[str]) -> dict[str, Document]:
    found = revisions.live().filter(path__in=paths).select_related("revision", "conflict")
    found = found.defer("revision__body", "conflict__body").order_by("id")
    return {document.path: document for document in found}


def _unmoved(need: Need, live: dict[str, Document]) -> bool:
    """Whether the database holds there what it held when it was compared."""
    rows = [(need.path, need.row), *([(need.origin.path, need.origin)] if need.origin else [])]
    return all(
        (live[path].revision_id if path in live else None) == (row.revision_id if row else None)
        for path, row in rows
    )


def _documents(needs: Sequence[Need], live: dict[str, Document]) -> dict[str, Document]:
    """Whose each path is to be: who is, or moves, there; who was deleted there; a new one."""
    documents = {
        need.path: live[path]
        for need in needs
        if (path := need.origin.path if need.origin else need.path) in live
    }
    empty = [need.path for need in needs if need.path not in documents]
    return documents | places.heirs(empty)


def _typed(root: Path, need: Need) -> Typed | None:
    """The text that the scan saw; None when the file holds another by now."""
    if need.file is None:
        return NOTHING
    try:
        data, _ = read(os.path.realpath(root / need.file.name))
        body = text.decode(data)
    except (OSError, Unfit, NotText, TooLarge):
        return None  # the next scan says what it is
    if text.digest(body) != need.file.sha256:
        return None
    return Typed(body, saving.about(body, need.path), need.file.time_ns)


def _apply(need: Need, document: Document, number: int, typed: Typed, actor: str) -> Revision:
    """Make the revision that the need asks for, and point the document; nothing is saved yet."""
    live = document.revision
    document.path = need.path
    if need.file is None:
        document.revision = None
        return saving.tombstone(document, live, number, actor=actor, door=Door.FOLDER)
    file_lost = (
        need.act is Act.CONFLICT and live is not None and _moment(typed.time_ns) < live.saved_at
    )
    revision = _revision(document, number, typed, conflict=file_lost)
    if need.act is Act.CONFLICT:
        document.conflict = revision if file_lost else live
        revision.agreed_sha = need.row.base if need.row else ""
    if not file_lost:
        document.revision = revision
    return revision


def _revision(document: Document, number: int, typed: Typed, *, conflict: bool) -> Revision:
    return saving.build(
        document,
        number,
        typed.body,
        typed.about,
        actor=ACTOR,
        door=Door.FOLDER,
        saved_at=min(_moment(typed.time_ns), timezone.now()),
        conflict=conflict,
    )


def _store(made: list[Revision], documents: list[Document]) -> None:
    Revision.objects.bulk_create(made)
    conflicts = [document.conflict.pk for document in documents if document.conflict]
    Revision.objects.filter(id__in=conflicts).update(conflict=True)
    places.point(documents)


def _place(path: str, file: File | None) -> Place:
    return Place(path=path, sha256=file.sha256 if file else "", stat=file.stat if file else "")


def _moment(time_ns: int) -> datetime:
    return datetime.fromtimestamp(min(time_ns, 253_402_300_799_000_000_000) / 1e9, UTC)
