"""Who may write where: the rows of places, whose locks order all writers of these paths."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Max, Model, Q, QuerySet

from knowledge.models import Document, Place, Revision

BATCH = 500


def lock(paths: Iterable[str]) -> None:
    """Until the end of the transaction nobody else saves, moves or deletes at these paths.

    Whoever then reads what is live there sees what the writer before has left. All lock in the
    same order, so that two never wait for each other.
    """
    wanted = sorted(set(paths))
    known = set(Place.objects.filter(path__in=wanted).values_list("path", flat=True))
    new = [Place(path=path) for path in wanted if path not in known]
    Place.objects.bulk_create(new, BATCH, ignore_conflicts=True)
    rows = Place.objects.select_for_update().filter(path__in=wanted).order_by("path")
    list(rows.values_list("pk"))


def live_at(path: str) -> Document | None:
    """The document that is live at the path, with its live revision."""
    found = Document.objects.filter(path=path, revision__isnull=False)
    return found.select_related("revision").first()


def deleted_at(path: str) -> Document | None:
    """Of those that were deleted at the path, the last: who is saved there is that one again."""
    gone = Document.objects.filter(path=path, revision=None)
    return gone.annotate(last=Max("revisions__id")).order_by("-last").first()


def last_at(path: str) -> Document | None:
    """Whose text was the last at the path: live there, deleted there, or gone elsewhere since."""
    newest = Revision.objects.filter(path=path).order_by("-number").select_related("document")
    return live_at(path) or next((each.document for each in newest.defer("body")[:1]), None)


def heirs(empty: Collection[str]) -> dict[str, Document]:
    """Who is saved at these paths, where nobody is live: who was deleted there, or a new one."""
    gone = Document.objects.filter(path__in=empty, revision=None).select_related("conflict")
    last = gone.defer("conflict__body").annotate(last=Max("revisions__id")).order_by("last")
    found = {document.path: document for document in last}
    new = [Document(path=path) for path in empty if path not in found]
    return found | {document.path: document for document in Document.objects.bulk_create(new)}


def point(documents: Iterable[Document]) -> None:
    """Store where each is, and its live revision and conflict; all in the order of their keys."""
    rows = sorted(documents, key=lambda document: document.pk)
    upsert(Document, rows, "id", ["path", "revision", "conflict"])


def upsert(model: type[Model], rows: list[Any], by: str, fields: list[str]) -> None:
    """Update many rows in one statement each batch."""
    model._default_manager.bulk_create(
        rows, BATCH, update_conflicts=True, unique_fields=[by], update_fields=fields
    )


def next_number(document: Document, path: str) -> int:
    """Higher than any that the document or the path ever had."""
    own = Revision.objects.filter(Q(document=document) | Q(path=path)).order_by()
    return (own.aggregate(last=Max("number"))["last"] or 0) + 1


def last_numbers(documents: Mapping[str, Document]) -> dict[str, int]:
    """The highest number that each path, or its document, ever had."""
    ids = [document.pk for document in documents.values()]
    own = _highest("document_id", Revision.objects.filter(document__in=ids))
    there = _highest("path", Revision.objects.filter(path__in=documents))
    return {path: max(own[document.pk], there[path]) for path, document in documents.items()}


def _highest(by: str, found: QuerySet[Revision]) -> dict[Any, int]:
    return defaultdict(int, found.order_by().values_list(by).annotate(last=Max("number")))
