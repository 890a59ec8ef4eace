"""Earlier texts come back: one revision, or what was deleted together; always as new revisions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from knowledge import places, revisions
from knowledge.errors import KnowledgeError
from knowledge.models import Document, Revision
from knowledge.revisions import Saved


def restore(earlier: Revision, *, actor: str, door: str, expected: int | None = None) -> Saved:
    """Make an earlier text live again, to the byte, where its document is now, or was last."""
    with transaction.atomic():
        saved = _restore(earlier, actor, door, expected)
        if saved.changed:
            revisions.announce([saved.revision.path])
    return saved


@dataclass(slots=True)
class BroughtBack:
    paths: list[str] = field(default_factory=list)
    left: dict[int, str] = field(default_factory=dict)  # document → why it was left as it is


def deleted_together(by: str, at: datetime) -> QuerySet[Revision]:
    """The deletions that one person made by one click: they have one time."""
    return _deletions().filter(saved_by=by, saved_at=at)


def last_deletions(documents: Iterable[int]) -> QuerySet[Revision]:
    """Of those of these documents that are deleted, the deletion."""
    gone = Document.objects.filter(pk__in=list(documents), revision=None)
    last = [document.revisions.latest("id").pk for document in gone]
    return _deletions().filter(pk__in=last)


def bring_back(deletions: Iterable[int], *, actor: str, door: str) -> BroughtBack:
    """Undo these deletions; whoever was brought back, or followed, meanwhile is left alone.

    One transaction, that tells nobody.
    """
    done = BroughtBack()
    with transaction.atomic():
        found = list(_deletions().filter(pk__in=list(deletions)))
        places.lock(deletion.document.path for deletion in found)
        for deletion in found:
            try:
                _bring_back(deletion, actor, door)
            except KnowledgeError as error:
                done.left[deletion.document_id] = str(error)
            else:
                done.paths.append(deletion.document.path)
    return done


class Superseded(KnowledgeError):
    """It was saved again since it was deleted."""


def _bring_back(deletion: Revision, actor: str, door: str) -> None:
    document = deletion.document
    texts = document.revisions.filter(deleted=False, conflict=False)
    earlier = texts.filter(pk__lt=deletion.pk).select_related("document").order_by("-id").first()
    is_last = not texts.filter(pk__gt=deletion.pk).exists()
    if earlier is None or not is_last or document.revision_id:
        raise Superseded(f"{document.path} was saved again since it was deleted.")
    _restore(earlier, actor, door, expected=0)


def _deletions() -> QuerySet[Revision]:
    return Revision.objects.filter(deleted=True).select_related("document").order_by("path")


def _restore(earlier: Revision, actor: str, door: str, expected: int | None) -> Saved:
    path, note = earlier.document.path, f"Restored from revision {earlier.number}"
    if earlier.path != path:
        note = f"{note} of {earlier.path}"[:200]
    return revisions.save(
        path,
        earlier.body,
        actor=actor,
        door=door,
        expected=expected,
        one_of_many=True,
        note=note,
    )
