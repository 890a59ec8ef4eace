"""Save and delete: the one way in for texts from admin and API, and the shape of every revision.

The folder's texts come in by hundreds in one transaction (`intake`), made by the same `build`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from knowledge import paths, quarantine, text
from knowledge.errors import (
    DocumentNotFound,
    NotText,
    PathTaken,
    RevisionNotFound,
    StaleRevision,
    TooLarge,
)
from knowledge.models import Document, Door, Revision
from knowledge.signals import knowledge_changed
from retrieval import freshness, markdown

TITLE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Saved:
    revision: Revision
    created: bool  # the document was not live before
    changed: bool  # a revision was made


def save(path: str, body: str, *, actor: str, door: str, expected: int | None = None) -> Saved:
    """Make `body` the live text of the document; the same text again makes no revision.

    `expected` is the revision that the caller started from, 0 for "there is none": StaleRevision
    when another one is live by now. Raises InvalidPath, PathTaken, NotText and TooLarge too.
    """
    path = paths.clean(path)
    _check(path, body)
    with transaction.atomic():
        document = _locked(path)
        live = document.revision
        _refuse_stale(document, expected)
        if door == Door.ADMIN:
            body = text.with_newlines_of(live.body if live else "", body)
        if live and live.sha256 == text.digest(body):
            return Saved(live, created=False, changed=False)
        if not live:
            refuse_taken(path)
        revision = build(document, last_number(document) + 1, body, actor=actor, door=door)
        revision.save(force_insert=True)
        _point(document, revision)
        _announce([path])
    return Saved(revision, created=live is None, changed=True)


def delete(path: str, *, actor: str, door: str, expected: int | None = None) -> Revision:
    """Take the document out of what is live; a revision says who did and when."""
    path = paths.clean(path)
    with transaction.atomic():
        document = _live_for_update(path)
        _refuse_stale(document, expected)
        revision = _bury(document, actor, door)
        _announce([path])
    return revision


def delete_all(documents: Iterable[Document], *, actor: str, door: str) -> int:
    """Delete those that are live still, in one transaction; returns how many."""
    with transaction.atomic():
        ids = [each.pk for each in documents]
        found = list(live().select_for_update(of=("self",)).filter(id__in=ids).order_by("id"))
        for document in found:
            _bury(document, actor, door)
        _announce([document.path for document in found])
    return len(found)


def live() -> QuerySet[Document]:
    """The documents that are not deleted, with their live revisions."""
    return Document.objects.filter(revision__isnull=False).select_related("revision")


def live_revisions() -> QuerySet[Revision]:
    """The live revisions by path, without their texts."""
    pointed = live().order_by().values("revision_id")
    found = Revision.objects.filter(id__in=pointed).select_related("document")
    return found.defer("body").order_by("document__path")


def is_live(path: str) -> bool:
    return live().filter(path=paths.clean(path)).exists()


def get(path: str) -> Revision:
    """The live revision of a document; raises DocumentNotFound."""
    path = paths.clean(path)
    document = live().filter(path=path).first()
    if document is None or document.revision is None:
        raise DocumentNotFound(f"There is no document {paths.shown(path)}.")
    return document.revision


def history(path: str) -> QuerySet[Revision]:
    """All revisions of a document, newest first, also of a deleted one; texts not loaded."""
    path = paths.clean(path)
    found = Revision.objects.filter(document__path=path).order_by("-number")
    if not found.exists():
        raise DocumentNotFound(f"There was never a document {paths.shown(path)}.")
    return found.select_related("document").defer("body")


def at(path: str, number: int) -> Revision:
    """One revision with its text; raises DocumentNotFound or RevisionNotFound."""
    revision = history(path).defer(None).filter(number=number).first()
    if revision is None:
        raise RevisionNotFound(f"{paths.shown(path)} has no revision {number}.")
    if revision.deleted:
        raise RevisionNotFound(f"Revision {number} of {paths.shown(path)} is its deletion.")
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
    """A revision that holds a text, not saved yet; the title is read from it when not given."""
    told = freshness.read(body)
    return Revision(
        document=document,
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
        number=number,
        deleted=True,
        title=last.title if last else "",
        saved_by=actor,
        saved_at=timezone.now(),
        door=door,
    )


def last_number(document: Document) -> int:
    return document.revisions.aggregate(last=Max("number"))["last"] or 0


def _check(path: str, body: str) -> None:
    try:
        text.check(body)
    except (NotText, TooLarge) as error:
        raise type(error)(f"The text of {paths.shown(path)} cannot be saved: {error}.") from error


def _locked(path: str) -> Document:
    # The row's lock orders the writers of one document: each sees the number of the one before.
    Document.objects.get_or_create(path=path)
    return (
        Document.objects.select_for_update(of=("self",)).select_related("revision").get(path=path)
    )


def _live_for_update(path: str) -> Document:
    found = live().select_for_update(of=("self",)).filter(path=path).first()
    if found is None:
        raise DocumentNotFound(f"There is no document {paths.shown(path)}.")
    return found


def _refuse_stale(document: Document, expected: int | None) -> None:
    live = document.revision
    if expected is None or expected == (live.number if live else 0):
        return
    if live is None:
        raise StaleRevision(f"{document.path} was deleted; you started from revision {expected}.")
    raise StaleRevision(
        f"{document.path} is at revision {live.number}, saved by {live.saved_by} at "
        f"{live.saved_at:%Y-%m-%d %H:%M:%S} UTC; you started from "
        + (f"revision {expected}." if expected else "a document that did not exist.")
    )


def refuse_taken(path: str) -> None:
    """A file system holds a file or a folder under one name, so no document is inside another."""
    above = paths.parents(path)
    near = live().filter(Q(path__in=above) | Q(path__startswith=f"{path}/"))
    for taken in near.values_list("path", flat=True):
        if taken in above or taken.startswith(f"{path}/"):  # SQLite's LIKE ignores case
            raise PathTaken(f"{paths.shown(path)} would be inside, or around, document {taken}.")


def _point(document: Document, revision: Revision | None) -> None:
    document.revision = revision
    document.conflict = None
    document.save(update_fields=["revision", "conflict"])


def _bury(document: Document, actor: str, door: str) -> Revision:
    number = last_number(document) + 1
    revision = tombstone(document, document.revision, number, actor=actor, door=door)
    revision.save(force_insert=True)
    _point(document, None)
    quarantine.end_by_deletion([document], actor=actor)
    return revision


def _announce(paths: list[str]) -> None:
    """Once the transaction has committed, so that whoever hears of it can read it."""
    transaction.on_commit(lambda: knowledge_changed.send(sender=Document, paths=paths))
