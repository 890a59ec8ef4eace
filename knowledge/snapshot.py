"""A snapshot: the set of live revisions at one moment, with its digest."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from knowledge import revisions
from knowledge.models import Revision

BATCH = 400


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
    rows = list(
        revisions.live().values_list("path", "revision_id", "revision__number", "revision__sha256")
    )
    found = {path: (number, sha) for path, _, number, sha in rows}
    return Snapshot(found, digest_of(found), {path: id_ for path, id_, _, _ in rows})


def bodies(paths: Iterable[str]) -> dict[str, RevisionRow]:
    """The live texts of these paths, now."""
    return take().bodies(paths)


def digest_of(found: dict[str, tuple[int, str]]) -> str:
    total = hashlib.sha256()
    for path in sorted(found):
        number, sha = found[path]
        total.update(f"{path}\0{number}\0{sha}\n".encode())
    return total.hexdigest()
