"""Quarantine: a document is served as it was at an earlier revision, until someone releases it.

Its edits are saved and synced with the folder as ever; only the snapshot passes them over.
"""

import logging
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from knowledge import paths, places
from knowledge.errors import NotQuarantined, RevisionForgotten
from knowledge.models import Document, Door, Quarantine, Revision
from knowledge.signals import knowledge_changed
from retrieval.messages import worded

Earlier = tuple[int, str] | None  # (revision number, sha256 of its text); None: it did not exist

logger = logging.getLogger(__name__)


def place(revisions: Mapping[str, Earlier], *, actor: str, reason: str) -> list[Quarantine]:
    """Serve each document as it was; all are placed, or none is.

    One that is in quarantine at that very revision stays as it is: it says who did it first.
    RevisionForgotten when the database has not, or no longer, that text under that number.
    It is the document's, wherever that is by now; who came after it to its path is not served.
    """
    with transaction.atomic():
        served = _to_serve(revisions)
        _lock(served)
        return [_place(document, served[document], actor, reason) for document in served]


def release(path: str, *, actor: str, door: str = Door.ADMIN) -> Quarantine:
    """Serve the live revision again; NotQuarantined when another released it first."""
    with transaction.atomic():
        found = open_ones().filter(document__path=path).order_by("-id").first()
        if found is None or not _close([found.document], actor, door):
            raise NotQuarantined(worded("%(path)s is not in quarantine.", path=paths.shown(path)))
        logger.info("%s is released from quarantine by %s (%s).", path, actor, door)
        transaction.on_commit(lambda: knowledge_changed.send(sender=Quarantine))
    found.refresh_from_db(fields=["released_at", "released_by", "released_door"])
    return found


def end_by_deletion(documents: Iterable[Document], *, actor: str) -> None:
    """What a person deletes is gone, in quarantine or not. Called in the deletion's transaction."""
    deleted = {document.pk: document for document in documents}
    ended = open_ones().filter(document__in=deleted).values_list("document_id", flat=True)
    for document_id in list(ended):
        document = deleted[document_id]
        _close([document], actor)
        logger.warning("%s was in quarantine: its deletion by %s ended that.", document, actor)


def open_ones() -> QuerySet[Quarantine]:
    """Those in force, by path, with their document and both its revisions, without texts."""
    found = Quarantine.objects.filter(released_at=None).order_by("document__path")
    return found.select_related("document__revision", "revision").defer(
        "document__revision__body", "revision__body"
    )


def of(document: Document) -> Quarantine | None:
    return open_ones().filter(document=document).first()


def _to_serve(revisions: Mapping[str, Earlier]) -> dict[Document, Revision | None]:
    """Each document that is meant, and as what it is served; None: not at all.

    Where one path's document was another then, this one goes for that one; and a document that
    is named by two of its paths is served as it was, not left out.
    """
    served: dict[Document, Revision | None] = {}
    for path in sorted(revisions):
        earlier = _revision(path, revisions[path])
        if earlier is not None:
            served[earlier.document] = earlier
        now = places.last_at(path) if earlier is None else places.live_at(path)
        if now is None and earlier is None:
            raise RevisionForgotten(
                worded(
                    "%(path)s is not known here any more, so it cannot be quarantined. "
                    "Nothing was done; a rollback without quarantine is still possible.",
                    path=paths.shown(path),
                )
            )
        if now is not None:
            served.setdefault(now, None)
    return served


def _lock(documents: Iterable[Document]) -> None:
    """Against a deletion, which ends a quarantine: it comes wholly before this, or after."""
    ids = [document.pk for document in documents]
    list(Document.objects.select_for_update().filter(id__in=ids).order_by("id").values_list("id"))


def _place(document: Document, revision: Revision | None, actor: str, reason: str) -> Quarantine:
    before = of(document)
    if before is not None and before.revision == revision:
        return before
    _close([document], actor)
    return Quarantine.objects.create(
        document=document,
        revision=revision,
        placed_by=actor,
        placed_at=timezone.now(),
        reason=reason,
    )


def _revision(path: str, earlier: Earlier) -> Revision | None:
    """By number and text: a restored database may have given the number to another text since."""
    if earlier is None:
        return None
    number, sha256 = earlier
    found = Revision.objects.filter(path=path, number=number, sha256=sha256)
    revision = found.select_related("document").defer("body").first()
    if revision is None:
        raise RevisionForgotten(
            worded(
                "Revision %(number)s of %(path)s is not known here any more, so "
                "it cannot be quarantined there. Nothing was done; a rollback without quarantine "
                "is still possible.",
                number=number,
                path=paths.shown(path),
            )
        )
    return revision


def _close(documents: Iterable[Document], actor: str, door: str = "") -> int:
    """Compare and set: the number of quarantines that this call ended."""
    in_force = Quarantine.objects.filter(released_at=None, document__in=list(documents))
    return in_force.update(released_at=timezone.now(), released_by=actor, released_door=door)
