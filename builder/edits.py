"""Whose edits a version carries: who saved them, through which door, and when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from knowledge.models import Revision

BATCH = 400  # paths a query: SQLite takes a limited number of variables
SYSTEM = "system"  # what is built without an edit: other settings, or an index that was lost


@dataclass(frozen=True, slots=True)
class Edit:
    path: str
    saved_by: str
    saved_at: datetime
    door: str


def latest(paths: Iterable[str]) -> list[Edit]:
    """The newest edit of each document, the latest edit last: its live text, or its deletion."""
    wanted = list(paths)
    newest: dict[str, Edit] = {}
    for start in range(0, len(wanted), BATCH):
        newest.update(_batch(wanted[start : start + BATCH]))
    return sorted(newest.values(), key=lambda edit: (edit.saved_at, edit.path))


def _batch(paths: list[str]) -> dict[str, Edit]:
    live = Q(document__revision=F("id"))
    deletion = Q(document__revision=None, deleted=True)
    rows = (
        Revision.objects.filter(live | deletion, document__path__in=paths)
        .order_by("number")
        .values_list("document__path", "saved_by", "saved_at", "door")
    )
    return {row[0]: Edit(*row) for row in rows}


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
