"""Folder against database, read only: what each document needs, and whether to touch nothing."""

import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from knowledge import ignoring, moves, paths
from knowledge.ignoring import Ignores
from knowledge.merge import Act, decide
from knowledge.models import Document, Place
from knowledge.needs import Need, Row
from knowledge.scan import Scan, Scanner, Unclear
from retrieval.messages import worded

EMPTIED = 3  # an empty folder is believed when it held fewer documents than this
VANISHED = 10  # fewer may vanish at once without a question
SAMPLE = 5  # files that a look at few others asks for
REMEDY = worded(
    "Put back what is missing, or say in admin whether to delete it, or to write it again."
)


@dataclass(slots=True)
class Comparison:
    root: Path
    scan: Scan = field(default_factory=Scan)
    needs: list[Need] = field(default_factory=list)
    missing: bool = False  # there is no folder, and never was
    paused: str = ""  # why nothing may be done; empty when all is well
    unreadable: bool = False  # nobody knows what it holds

    def by(self, *acts: Act) -> list[Need]:
        return [need for need in self.needs if need.act in acts]

    @property
    def vanished(self) -> list[str]:
        """The documents whose files are gone, by path, while nobody has said what that means."""
        return sorted(need.path for need in self.by(Act.BURY)) if self.paused else []

    @property
    def seen(self) -> str:
        """A sum of what a person is to decide on; empty when nobody can."""
        if not self.paused or self.unreadable:
            return ""
        lost = [f"{need.path}\0{need.row.base}" for need in self.by(Act.BURY) if need.row]
        return hashlib.sha256("\n".join(sorted(lost)).encode()).hexdigest()

    @property
    def differs(self) -> bool:
        return any(need.act is not Act.AGREE for need in self.needs)


def compare() -> Comparison:
    """All documents and all files."""
    comparison = Comparison(Path(settings.KNOWLEDGE_DIR))
    rows = _rows(Place.objects.all(), Document.objects.all())
    try:
        ignores = ignoring.patterns(comparison.root)
        comparison.scan = Scanner(comparison.root, _known(rows), ignores).run()
    except OSError as error:
        comparison.paused = _unreadable(comparison.root, error, rows)
        comparison.missing = not comparison.paused
        comparison.unreadable = not isinstance(error, FileNotFoundError)
        if comparison.paused and not comparison.unreadable:
            comparison.needs = _needs(rows, comparison.scan, lambda _: False)
        return comparison
    comparison.needs = moves.told_apart(_needs(rows, comparison.scan, ignores))
    comparison.paused = _shrunk(comparison, sum(bool(row.base) for row in rows.values()))
    return comparison


def compare_at(names: Collection[str]) -> Comparison:
    """These files and documents alone; raises Unclear when that does not tell enough."""
    for name in names:
        if any(map(paths.part_problem, name.split("/"))):  # no database takes all of these
            raise Unclear(name)
    comparison = Comparison(Path(settings.KNOWLEDGE_DIR))
    rows = _rows(Place.objects.filter(path__in=names), Document.objects.filter(path__in=names))
    try:
        ignores = ignoring.patterns(comparison.root)
    except OSError as error:
        raise Unclear(str(error)) from error
    comparison.scan = Scanner(comparison.root, _known(rows), ignores).look_at(names)
    comparison.needs = _needs(rows, comparison.scan, ignores)
    if comparison.by(Act.BURY):  # it may have moved, or the folder with it
        raise Unclear(f"{len(comparison.by(Act.BURY))} files are gone.")
    if any(need.file is None for need in comparison.by(Act.WRITE)) and _looks_emptied(comparison):
        raise Unclear("Files are to be written where perhaps none is left.")
    new = {need.file.sha256 for need in comparison.by(Act.TAKE) if need.file}
    if new and Place.objects.filter(sha256__in=new).exclude(path__in=names).exists():
        raise Unclear("A file with a text of another's may be that one, moved.")
    return comparison


def _looks_emptied(comparison: Comparison) -> bool:
    """A file that we write into an unmounted folder would make it one that holds something."""
    some = Place.objects.exclude(sha256="").values_list("path", flat=True)[:SAMPLE]
    return bool(some) and not any(os.path.lexists(comparison.root / path) for path in some)


def _known(rows: dict[str, Row]) -> dict[str, tuple[str, str]]:
    return {path: (row.stat, row.base) for path, row in rows.items() if row.stat}


def _rows(places: QuerySet[Place], documents: QuerySet[Document]) -> dict[str, Row]:
    """The paths at which a document is live, or a file was when both last agreed."""
    found = documents.filter(revision__isnull=False).order_by()
    values = found.values_list("path", "revision_id", "revision__sha256")
    live = {path: (revision_id, sha256) for path, revision_id, sha256 in values}
    rows = {}
    for id_, path, base, stat in places.values_list("id", "path", "sha256", "stat"):
        if base or path in live:
            rows[path] = Row(id_, path, base, stat, *live.pop(path, (None, "")))
    return rows | {path: Row(0, path, "", "", *held) for path, held in live.items()}


def _needs(rows: dict[str, Row], scan: Scan, ignores: Ignores) -> list[Need]:
    """What is ignored from now on is as removed from the folder, and nothing is written there."""
    needs = []
    for path, file in scan.files.items():
        row = rows.get(path)
        if row is None:
            needs.append(Need(path, Act.TAKE, None, file))
        elif not (file.sha256 == row.base == row.live and file.stat == row.stat):
            needs.append(Need(path, decide(row.base, file.sha256, row.live), row, file))
    for path in rows.keys() - scan.files.keys():
        if not scan.hides(path):
            row = rows[path]
            act = decide(row.base, "", row.live)
            if act is not Act.WRITE or not ignores(path):
                needs.append(Need(path, act, row, None))
    return needs


def _unreadable(root: Path, error: OSError, rows: dict[str, Row]) -> str:
    if isinstance(error, FileNotFoundError):
        held = any(row.base for row in rows.values())
        missing = worded(
            "The knowledge folder %(root)s is missing. %(remedy)s", root=root, remedy=REMEDY
        )
        return missing if held else ""
    return worded(
        "The knowledge folder %(root)s cannot be read: %(error)s.", root=root, error=error.strerror
    )


def _shrunk(comparison: Comparison, held: int) -> str:
    """A folder that was unmounted or emptied by accident must not delete the documents."""
    scan = comparison.scan
    vanished = len(comparison.by(Act.BURY))
    if vanished and held >= EMPTIED and not scan.files and not scan.rejected:
        return worded(
            "The knowledge folder is empty, where it held %(held)s documents. %(remedy)s",
            held=held,
            remedy=REMEDY,
        )
    if vanished >= VANISHED and vanished * 3 > held:
        return worded(
            "%(vanished)s of %(held)s files vanished from the knowledge folder. %(remedy)s",
            vanished=vanished,
            held=held,
            remedy=REMEDY,
        )
    return ""
