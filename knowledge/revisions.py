"""Save, move, delete: the one way in from admin and API.

The folder's texts come in by a hundred in one transaction (`intake`).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from knowledge import paths, places, quarantine
from knowledge.errors import KnowledgeError, PathTaken
from knowledge.models import Document, Door, Revision
from knowledge.reading import at as at
from knowledge.reading import get as get
from knowledge.reading import history as history
from knowledge.reading import is_live as is_live
from knowledge.reading import live as live
from knowledge.reading import live_revisions as live_revisions
from knowledge.saving import Saved as Saved
from knowledge.saving import Text as Text
from knowledge.saving import about, build, settle, tombstone
from knowledge.saving import refuse_stale as refuse_stale
from knowledge.saving import refuse_taken as refuse_taken
from knowledge.saving import save_all as save_all
from knowledge.saving import title_of as title_of
from knowledge.signals import knowledge_changed
from retrieval.messages import worded


def save(
    path: str,
    body: str,
    *,
    actor: str,
    door: str,
    expected: int | None = None,
    to_the_byte: bool = False,
    note: str = "",
) -> Saved:
    """Make `body` the live text of the document; the same text again makes no revision.

    `expected` is the revision that the caller started from, 0 for "there is none": StaleRevision
    when another one is live by now. Raises InvalidPath, PathTaken, NotText and TooLarge too.
    `to_the_byte`: also by the admin's door it is no form's text, whose newlines are the browser's.
    """
    wanted = Text(paths.clean(path), body, expected, note)
    typed = door == Door.ADMIN and not to_the_byte
    with transaction.atomic():
        [saved] = save_all([wanted], actor=actor, door=door, typed=typed)
        if isinstance(saved, KnowledgeError):
            raise saved
        if saved.changed:
            announce([saved.revision.path])
    return saved


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
            raise PathTaken(
                worded("There is a document at %(path)s already.", path=paths.shown(new_path))
            )
        refuse_taken(new_path, leaving=path)
        document.path = new_path
        number = places.next_number(document, new_path)
        told = about(live.body, new_path)
        revision = build(document, number, live.body, told, actor=actor, door=door)
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
    for document in documents:
        document.revision = document.conflict = None
    places.point(documents)
    settle(documents, actor)
    quarantine.end_by_deletion(documents, actor=actor)
    return made


def announce(paths: list[str]) -> None:
    """Once the transaction has committed, so that whoever hears of it can read it."""
    transaction.on_commit(lambda: knowledge_changed.send(sender=Document, paths=paths))
