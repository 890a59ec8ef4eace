"""Whose edits a version carries: who saved them, through which door, and when."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import itemgetter

from django.db.models import F

from knowledge import intake
from knowledge.models import Door, Revision

BATCH = 400  # paths a query: SQLite takes a limited number of variables
FIELDS = ("path", "saved_by", "saved_at", "door")
SYSTEM = "system"  # what is built without an edit: other settings, or an index that was lost


@dataclass(frozen=True, slots=True)
class Edit:
    path: str
    saved_by: str
    saved_at: datetime
    door: str
    moved_to: str = ""

    @property
    def is_a_persons(self) -> bool:
        """Also what a person said of the folder: what it does by itself bears its own name."""
        return self.door != Door.FOLDER or self.saved_by != intake.ACTOR


def latest(paths: Iterable[str]) -> list[Edit]:
    """The newest edit at each path, the latest edit last: live text, deletion, or a move away."""
    wanted = list(paths)
    newest: dict[str, Edit] = {}
    for start in range(0, len(wanted), BATCH):
        newest.update(_batch(wanted[start : start + BATCH]))
    return sorted(newest.values(), key=lambda edit: (edit.saved_at, edit.path))


def _batch(paths: list[str]) -> dict[str, Edit]:
    rows = Revision.objects.filter(path__in=paths, document__revision=F("id")).order_by()
    live = {row[0]: Edit(*row) for row in rows.values_list(*FIELDS)}
    return live | _departures([path for path in paths if path not in live])


def _departures(paths: Collection[str]) -> dict[str, Edit]:
    """How each path was left: by its document's deletion, or by its move to another path."""
    whose = Revision.objects.filter(path__in=paths).order_by().values("document_id")
    rows = Revision.objects.filter(document__in=whose, conflict=False)
    listed = list(rows.defer("body", "title").order_by("document_id", "number"))
    found: dict[str, tuple[int, Edit]] = {}
    for before, row in pairwise(listed):
        moved = row.document_id == before.document_id and row.path != before.path
        left = before if moved else row
        if left.path in paths and (moved or row.deleted):
            edit = Edit(left.path, row.saved_by, row.saved_at, row.door, row.path if moved else "")
            found[left.path] = max(
                found.get(left.path, (0, edit)), (left.number, edit), key=itemgetter(0)
            )
    return {path: edit for path, (_, edit) in found.items()}


def actor(edits: Sequence[Edit]) -> str:
    """Who is behind these edits: the last to save, and how many others."""
    if not edits:
        return SYSTEM
    last = edits[-1].saved_by
    others = len({edit.saved_by for edit in edits} - {last})
    return f"{last} +{others} other{'s' if others > 1 else ''}" if others else last


def trigger(edits: Sequence[Edit]) -> str:
    """The door of the last edit."""
    return edits[-1].door if edits else SYSTEM
