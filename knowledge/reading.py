"""What the documents hold now, and what they held: reads only, for every door."""

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Substr
from django.db.models.lookups import Exact

from knowledge import paths, places, searching
from knowledge.errors import DocumentNotFound, RevisionNotFound
from knowledge.models import Document, Revision
from retrieval.messages import worded


def live() -> QuerySet[Document]:
    """The documents that are not deleted, with their live revisions."""
    return Document.objects.filter(revision__isnull=False).select_related("revision")


def live_revisions() -> QuerySet[Revision]:
    """The live revisions by path, without their texts."""
    pointed = live().order_by().values("revision_id")
    found = Revision.objects.filter(id__in=pointed).select_related("document")
    return found.defer("body").order_by("path")


def listed(q: str = "", folder: str = "") -> QuerySet[Revision]:
    """As `live_revisions`: those that the admin's search finds by `q`, below `folder`."""
    found = live_revisions()
    if folder := folder.strip("/"):
        found = found.filter(below(folder))
    return searching.matching(found, q, ["path", "title", "body"]) if q else found


def below(folder: str) -> Exact:
    """Whether a path begins with the folder; not `startswith`, which ignores case on SQLite."""
    start = f"{folder.strip('/')}/"
    return Exact(Substr("path", 1, len(start)), start)


def is_live(path: str) -> bool:
    return live().filter(path=paths.clean(path)).exists()


def get(path: str) -> Revision:
    """The live revision of a document; raises DocumentNotFound."""
    path = paths.clean(path)
    found = Revision.objects.filter(document__path=path, document__revision=F("pk"))
    revision = found.select_related("document").first()
    if revision is None:
        raise DocumentNotFound(worded("There is no document %(path)s.", path=paths.shown(path)))
    return revision


def history(path: str) -> QuerySet[Revision]:
    """All that was ever saved at this path, and what its document was at others; newest first.

    Of a deleted document too; texts not loaded.
    """
    path = paths.clean(path)
    own = places.live_at(path) or places.deleted_at(path)
    found = Revision.objects.filter(Q(path=path) | Q(document=own)).order_by("-id")
    if not found.exists():
        raise DocumentNotFound(f"There was never a document {paths.shown(path)}.")
    return found.select_related("document").defer("body")


def at(path: str, number: int) -> Revision:
    """One revision with its text; raises DocumentNotFound or RevisionNotFound.

    Under a number that the document had at an earlier path, unless this path had it too.
    """
    named = history(path).defer(None).filter(number=number)
    revision = next(iter(sorted(named, key=lambda each: each.path != paths.clean(path))), None)
    if revision is None:
        raise RevisionNotFound(f"{paths.shown(path)} has no revision {number}.")
    if revision.deleted:
        raise RevisionNotFound(f"Revision {number} of {paths.shown(path)} is its deletion.")
    return revision
