"""Save, move, delete: the one way in for texts from admin and API, and every revision's shape.

The folder's texts come in by hundreds in one transaction (`intake`), made by the same `build`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from knowledge import paths, places, quarantine, text
from knowledge.errors import NotText, PathTaken, StaleRevision, TooLarge
from knowledge.models import Document, Door, Revision
from knowledge.reading import at as at
from knowledge.reading import get as get
from knowledge.reading import history as history
from knowledge.reading import is_live as is_live
from knowledge.reading import live as live
from knowledge.reading import live_revisions as live_revisions
from knowledge.signals import knowledge_changed
from retrieval import freshness, markdown

TITLE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Saved:
    revision: Revision
    created: bool  # the document was not live before
    changed: bool  # a revision was made


def save(
    path: str,
    body: str,
    *,
    actor: str,
    door: str,
    expected: int | None = None,
    one_of_many: bool = False,
    note: str = "",
) -> Saved:
    """Make `body` the live text of the document; the same text again makes no revision.

    `expected` is the revision that the caller started from, 0 for "there is none": StaleRevision
    when another one is live by now. Raises InvalidPath, PathTaken, NotText and TooLarge too.
    `one_of_many`: a file's text, kept to the byte; the caller announces all of them at once.
    """
    path = paths.clean(path)
    _check(path, body)
    with transaction.atomic():
        places.lock([path])
        document = places.live_at(path)
        live = document.revision if document else None
        refuse_stale(path, live, expected)
        if door == Door.ADMIN and not one_of_many:
            body = text.with_newlines_of(live.body if live else "", body)
        if live and live.sha256 == text.digest(body):
            return Saved(live, created=False, changed=False)
        if not document:
            refuse_taken(path)
            document = places.deleted_at(path) or Document.objects.create(path=path)
        number = places.next_number(document, path)
        revision = build(document, number, body, actor=actor, door=door)
        revision.note = note
        revision.save(force_insert=True)
        _point(document, revision, actor)
        if not one_of_many:
            announce([path])
    return Saved(revision, created=live is None, changed=True)


def move(path: str, new_path: str, *, actor: str, door: str, expected: int | None = None) -> Saved:
    """Give the document another path: a revision of the same text, saved there.

    What it was stays its history; a quarantine stays in force. Raises DocumentNotFound,
    StaleRevision, InvalidPath, and PathTaken when another document is live at the new path.
    """
    path, new_path = paths.clean(path), paths.clean(new_path)
    with transaction.atomic():
        places.lock([path, new_path])
        live = get(path)
        document = live.document
        refuse_stale(path, live, expected)
        if new_path == path:
            return Saved(live, created=False, changed=False)
        if places.live_at(new_path):
            raise PathTaken(f"There is a document at {paths.shown(new_path)} already.")
        refuse_taken(new_path, leaving=path)
        document.path = new_path
        number = places.next_number(document, new_path)
        revision = build(document, number, live.body, actor=actor, door=door)
        revision.save(force_insert=True)
        document.revision = revision
        document.save(update_fields=["path", "revision"])
        announce([path, new_path])
    return Saved(revision, created=False, changed=True)


def delete(path: str, *, actor: str, door: str, expected: int | None = None) -> Revision:
    """Take the document out of what is live; a revision says who did and when."""
    path = paths.clean(path)
    with transaction.atomic():
        places.lock([path])
        live = get(path)
        refuse_stale(path, live, expected)
        [revision] = bury([live.document], actor=actor, door=door, at=timezone.now())
        announce([path])
    return revision


def build(
    document: Document,
    number: int,
    body: str,
    *,
    actor: str,
    door: str,
    title: str | None = None,
    saved_at: datetime | None = None,
    conflict: bool = False,
) -> Revision:
    """A revision that holds a text, where the document is; not saved yet.

    The title is read from the text when not given.
    """
    told = freshness.read(body)
    return Revision(
        document=document,
        path=document.path,
        number=number,
        body=body,
        sha256=text.digest(body),
        title=title_of(body, document.path) if title is None else title,
        review_by=told.review_by,
        owner=told.owner,
        conflict=conflict,
        saved_by=actor,
        saved_at=saved_at or timezone.now(),
        door=door,
    )


def title_of(body: str, path: str) -> str:
    return markdown.title(body, path)[:TITLE_LENGTH]


def tombstone(
    document: Document, last: Revision | None, number: int, *, actor: str, door: str
) -> Revision:
    """A revision that says that the document was deleted, under its last title; not saved yet."""
    return Revision(
        document=document,
        path=document.path,
        number=number,
        deleted=True,
        title=last.title if last else "",
        saved_by=actor,
        saved_at=timezone.now(),
        door=door,
    )


def _check(path: str, body: str) -> None:
    try:
        text.check(body)
    except (NotText, TooLarge) as error:
        raise type(error)(f"The text of {paths.shown(path)} cannot be saved: {error}.") from error


def refuse_stale(path: str, live: Revision | None, expected: int | None) -> None:
    if expected is None or expected == (live.number if live else 0):
        return
    if live is None:
        last = places.last_at(path)
        became = f"moved to {last.path}" if last and last.revision_id else "deleted"
        raise StaleRevision(f"{path} was {became}; you started from revision {expected}.")
    raise StaleRevision(
        f"{path} is at revision {live.number}, saved by {live.saved_by} at "
        f"{live.saved_at:%Y-%m-%d %H:%M:%S} UTC; you started from "
        + (f"revision {expected}." if expected else "a document that did not exist.")
    )


def refuse_taken(path: str, leaving: str = "") -> None:
    """A file system holds a file or a folder under one name, so no document is inside another.

    `leaving`: the path that is given up for this one.
    """
    above = paths.parents(path)
    near = live().filter(Q(path__in=above) | Q(path__startswith=f"{path}/"))
    for taken in near.exclude(path=leaving).values_list("path", flat=True):
        if taken in above or taken.startswith(f"{path}/"):  # SQLite's LIKE ignores case
            raise PathTaken(f"{paths.shown(path)} would be inside, or around, document {taken}.")


def _point(document: Document, revision: Revision, actor: str) -> None:
    document.revision = revision
    document.conflict = None
    document.save(update_fields=["revision", "conflict"])
    _settle([document.pk], actor)


def _settle(documents: Sequence[int], actor: str) -> None:
    """Whoever saves or deletes has seen what lost to a later edit: that settles it."""
    lost = Revision.objects.filter(document__in=documents, conflict=True, settled_at=None)
    lost.update(settled_by=actor, settled_at=timezone.now())


def bury(documents: Sequence[Document], *, actor: str, door: str, at: datetime) -> list[Revision]:
    """Delete these, whose places the caller's transaction has locked; one time for all of them."""
    last = places.last_numbers({document.path: document for document in documents})
    made = []
    for document in documents:
        number = last[document.path] + 1
        revision = tombstone(document, document.revision, number, actor=actor, door=door)
        revision.saved_at = at
        made.append(revision)
    Revision.objects.bulk_create(made)
    ids = [document.pk for document in documents]
    Document.objects.filter(id__in=ids).update(revision=None, conflict=None)
    _settle(ids, actor)
    quarantine.end_by_deletion(documents, actor=actor)
    return made


def announce(paths: list[str]) -> None:
    """Once the transaction has committed, so that whoever hears of it can read it."""
    transaction.on_commit(lambda: knowledge_changed.send(sender=Document, paths=paths))
