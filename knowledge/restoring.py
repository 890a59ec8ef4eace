"""Earlier texts come back: one revision, or what was deleted together; always as new revisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from knowledge import places, revisions
from knowledge.errors import KnowledgeError
from knowledge.models import Document, Revision
from knowledge.revisions import Saved, Text
from retrieval.messages import worded


def restore(earlier: Revision, *, actor: str, door: str, expected: int | None = None) -> Saved:
    """Make an earlier text live again, to the byte, where its document is now, or was last."""
    wanted = _text(earlier, expected)
    return revisions.save(
        wanted.path,
        wanted.body,
        actor=actor,
        door=door,
        expected=expected,
        to_the_byte=True,
        note=wanted.note,
    )


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
        found = list(_deletions().filter(pk__in=list(deletions)).order_by("pk"))
        places.lock(deletion.document.path for deletion in found)
        last = _last_texts(found)
        wanted = {}  # by path: of two that were deleted at one, the later comes back
        for deletion in found:
            document = deletion.document
            done.left[document.pk] = worded(
                "%(path)s was saved again since it was deleted.", path=document.path
            )
            if document.pk in last:
                wanted[document.path] = last[document.pk]
        texts = [_text(earlier, expected=0) for earlier in wanted.values()]
        saved = revisions.save_all(texts, actor=actor, door=door)
        for earlier, outcome in zip(wanted.values(), saved, strict=True):
            if isinstance(outcome, KnowledgeError):
                done.left[earlier.document_id] = outcome.args[0]
            else:
                del done.left[earlier.document_id]
                done.paths.append(earlier.document.path)
    done.paths.sort()
    return done


def _last_texts(deletions: Sequence[Revision]) -> dict[int, Revision]:
    """By document: what it held when it was deleted, where nobody saved it since."""
    texts = Revision.objects.filter(deleted=False, conflict=False).order_by("id")
    of = texts.filter(document__in=[deletion.document_id for deletion in deletions])
    newest = dict(of.values_list("document_id", "id"))
    unsaved = [
        newest[deletion.document_id]
        for deletion in deletions
        if newest.get(deletion.document_id, deletion.pk) < deletion.pk
        and deletion.document.revision_id is None
    ]
    found = Revision.objects.filter(pk__in=unsaved).select_related("document")
    return {earlier.document_id: earlier for earlier in found}


def _deletions() -> QuerySet[Revision]:
    return Revision.objects.filter(deleted=True).select_related("document").order_by("path")


def _text(earlier: Revision, expected: int | None) -> Text:
    """To the byte, where its document is now."""
    path, note = earlier.document.path, f"Restored from revision {earlier.number}"
    if earlier.path != path:
        note = f"{note} of {earlier.path}"[:200]
    return Text(path, earlier.body, expected, note)
