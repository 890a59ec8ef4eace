"""A snapshot: the revisions that should be served at one moment, with their digest.

These are the live ones, but for the documents in quarantine: each is as it was, or left out.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from knowledge import revisions
from knowledge.models import Quarantine, Revision

BATCH = 400
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
    """`revisions`: path → (number, sha256). Equal digests mean equal paths, numbers and texts."""

    revisions: dict[str, tuple[int, str]]
    digest: str
    ids: dict[str, int] = field(repr=False)

    def bodies(self, paths: Iterable[str]) -> dict[str, RevisionRow]:
        """The texts as they are in this snapshot, whatever was saved since."""
        wanted = list(paths)
        found: dict[str, RevisionRow] = {}
        for start in range(0, len(wanted), BATCH):
            found.update(self._batch(wanted[start : start + BATCH]))
        return found

    def _batch(self, paths: list[str]) -> dict[str, RevisionRow]:
        rows = Revision.objects.filter(id__in=[self.ids[path] for path in paths]).values_list(
            "document__path", "number", "sha256", "title", "body"
        )
        return {row[0]: RevisionRow(*row) for row in rows}


def take() -> Snapshot:
    """What should be served.

    One statement, so that what it sees is of one moment: between two, a document in quarantine
    could be deleted, and be taken at the very revision that was to stay unseen.
    """
    in_force = Quarantine.objects.filter(released_at=None).order_by()
    free = revisions.live().order_by().exclude(Exists(in_force.filter(document=OuterRef("pk"))))
    earlier = in_force.filter(revision__isnull=False)
    return _of(
        free.values_list("path", *FIELDS).union(
            earlier.values_list("document__path", *FIELDS), all=True
        )
    )


def live() -> Snapshot:
    """What the documents hold, whether it is served or in quarantine."""
    return _of(revisions.live().values_list("path", *FIELDS))


def bodies(paths: Iterable[str]) -> dict[str, RevisionRow]:
    """The texts of these paths that should be served, now."""
    return take().bodies(paths)


def _of(rows: Iterable[tuple[str, int, int, str]]) -> Snapshot:
    listed = list(rows)
    found = {path: (number, sha256) for path, _, number, sha256 in listed}
    return Snapshot(found, digest_of(found), {path: id_ for path, id_, _, _ in listed})


def digest_of(found: dict[str, tuple[int, str]]) -> str:
    total = hashlib.sha256()
    for path in sorted(found):
        number, sha = found[path]
        total.update(f"{path}\0{number}\0{sha}\n".encode())
    return total.hexdigest()
