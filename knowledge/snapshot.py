"""A snapshot: the revisions that should be served at one moment, with their digest.

These are the live ones, but for the documents in quarantine: each is as it was, or left out.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeGuard

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum, Value

from knowledge import revisions
from knowledge.models import Document, Quarantine, Revision

BATCH = 400
MOST_TOUCHED = 300  # after more changes, to read all is as well
LAST = 2**62  # after the id of every quarantine
Revisions = Mapping[str, tuple[int, str]]  # path → (number, sha256)
FIELDS = ("revision_id", "revision__number", "revision__sha256")


@dataclass(frozen=True, slots=True)
class RevisionRow:
    path: str
    number: int
    sha256: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Equal digests mean equal paths, numbers and texts."""

    revisions: Revisions
    digest: str
    ids: dict[str, int] = field(repr=False)

    def bodies(self, paths: Iterable[str]) -> dict[str, RevisionRow]:
        """The texts as they are in this snapshot, whatever was saved since."""
        wanted = list(paths)
        found: dict[str, RevisionRow] = {}
        for start in range(0, len(wanted), BATCH):
            found.update(self._batch(wanted[start : start + BATCH]))
        return found

    def with_earlier(self, before: Revisions, paths: Iterable[str]) -> "Snapshot":
        """This one, but with these paths as they were, or not there. Their texts then are not to be
        had from it: whoever has them from before needs none."""
        found, ids = dict(self.revisions), dict(self.ids)
        for path in paths:
            ids.pop(path, None)
            if path in before:
                found[path] = before[path]
            else:
                found.pop(path, None)
        return Snapshot(found, digest_of(found), ids)

    def _batch(self, paths: list[str]) -> dict[str, RevisionRow]:
        rows = Revision.objects.filter(id__in=[self.ids[path] for path in paths]).values_list(
            "path", "number", "sha256", "title", "body"
        )
        return {row[0]: RevisionRow(*row) for row in rows}


def take() -> Snapshot:
    """What should be served; the same object as the last time while nothing has changed.

    Who looks every few seconds at tens of thousands of documents must not read them all: `Mark`
    tells whether something changed, and the newest revisions tell what.
    """
    global _last
    mark = _mark()
    if _last is None or _last.mark != mark:
        _last = Taken(mark, (_last and _advanced(_last, mark)) or _whole())
    return _last.snapshot


@dataclass(frozen=True, slots=True)
class Mark:
    """Differs whenever the snapshot would, without reading a document.

    Each change of a live revision makes a revision with a new, higher id; so of two states with
    as many live documents, the later one has the higher sum of ids, and the other way round two
    equal marks of one database are one state. The time tells a restored database from itself.
    """

    newest: tuple[int, datetime] | None  # the last revision made: id, and when
    live: tuple[int, int]  # how many documents are live, and the sum of their revisions' ids
    quarantined: tuple[int, int]  # how many quarantines are in force, and the sum of their ids


@dataclass(frozen=True, slots=True)
class Taken:
    mark: Mark
    snapshot: Snapshot


_last: Taken | None = None


def _mark() -> Mark:
    pointers = Document.objects.filter(revision__isnull=False).order_by()
    in_force = Quarantine.objects.filter(released_at=None).order_by()
    newest = Revision.objects.order_by("-id").values_list("id", "saved_at").first()
    return Mark(newest, _count_and_sum(pointers, "revision"), _count_and_sum(in_force, "id"))


def _count_and_sum(rows: QuerySet[Any], field: str) -> tuple[int, int]:
    found = rows.aggregate(count=Count("id"), sum=Sum(field))
    return found["count"], found["sum"] or 0


def _advanced(last: Taken, mark: Mark) -> Snapshot | None:
    """The last snapshot with what was saved since; None when that does not explain the mark."""
    if any(last.mark.quarantined + mark.quarantined) or not _is_known(last.mark.newest):
        return None
    newest, _ = last.mark.newest
    made = Revision.objects.filter(id__gt=newest).order_by()
    changed = list(made.values_list("document_id", flat=True)[: MOST_TOUCHED + 1])
    if len(changed) > MOST_TOUCHED:
        return None
    # Also where they were before: a document that moved is gone from there.
    theirs = Revision.objects.filter(document__in=changed).order_by().values("path")
    touched = set(theirs.values_list("path", flat=True))
    now = revisions.live().order_by().filter(path__in=theirs).values_list("path", *FIELDS)
    found, ids = dict(last.snapshot.revisions), dict(last.snapshot.ids)
    for path in touched:
        found.pop(path, None)
        ids.pop(path, None)
    for path, id_, number, sha256 in now:
        found[path], ids[path] = (number, sha256), id_
    explained = (len(ids), sum(ids.values())) == mark.live
    return Snapshot(found, digest_of(found), ids) if explained else None


def _is_known(newest: tuple[int, datetime] | None) -> TypeGuard[tuple[int, datetime]]:
    """Whether this is still the database of that mark, and not an older copy of it."""
    return newest is not None and Revision.objects.filter(id=newest[0], saved_at=newest[1]).exists()


def _whole() -> Snapshot:
    """All of it, read anew.

    One statement, so that what it sees is of one moment: between two, a document in quarantine
    could be deleted, and be taken at the very revision that was to stay unseen. What is saved at
    the path that a document in quarantine had comes before that one, and a later quarantine
    before an earlier one.
    """
    in_force = Quarantine.objects.filter(released_at=None).order_by()
    free = revisions.live().order_by().exclude(Exists(in_force.filter(document=OuterRef("pk"))))
    earlier = in_force.filter(revision__isnull=False)
    kept = earlier.values_list("revision__path", *FIELDS, "id")
    rows = list(kept.union(free.values_list("path", *FIELDS, Value(LAST)), all=True))
    return _of(row[:-1] for row in sorted(rows, key=lambda row: row[-1]))


def live() -> Snapshot:
    """What the documents hold, whether it is served or in quarantine."""
    return _of(revisions.live().values_list("path", *FIELDS))


def _of(rows: Iterable[tuple[str, int, int, str]]) -> Snapshot:
    listed = list(rows)
    found = {path: (number, sha256) for path, _, number, sha256 in listed}
    return Snapshot(found, digest_of(found), {path: id_ for path, id_, _, _ in listed})


def digest_of(found: Revisions) -> str:
    lines = [f"{path}\0{number}\0{sha}\n" for path, (number, sha) in sorted(found.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
