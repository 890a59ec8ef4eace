"""Folder against database, read only: what each document needs, and whether to touch nothing."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from knowledge.merge import Act, decide
from knowledge.models import Document
from knowledge.scan import File, Scan, Scanner, Unclear

EMPTIED = 3  # an empty folder is believed when it held fewer documents than this
VANISHED = 10  # fewer may vanish at once without a question


@dataclass(frozen=True, slots=True)
class Row:
    """A document as the database holds it; hashes are empty for "nothing"."""

    id: int
    path: str
    base: str
    stat: str
    revision_id: int | None
    live: str


@dataclass(frozen=True, slots=True)
class Need:
    path: str
    act: Act
    row: Row | None  # None: the database has never had it
    file: File | None


@dataclass(slots=True)
class Comparison:
    root: Path
    scan: Scan = field(default_factory=Scan)
    needs: list[Need] = field(default_factory=list)
    missing: bool = False  # there is no folder, and never was
    paused: str = ""  # why nothing may be done; empty when all is well

    def by(self, *acts: Act) -> list[Need]:
        return [need for need in self.needs if need.act in acts]

    @property
    def differs(self) -> bool:
        return any(need.act is not Act.AGREE for need in self.needs)


def compare() -> Comparison:
    """All documents and all files."""
    comparison = Comparison(Path(settings.KNOWLEDGE_DIR))
    rows = _rows(Document.objects.all())
    try:
        comparison.scan = Scanner(comparison.root, _known(rows)).run()
    except OSError as error:
        comparison.paused = _unreadable(comparison.root, error, rows)
        comparison.missing = not comparison.paused
        return comparison
    comparison.needs = _needs(rows, comparison.scan)
    comparison.paused = _shrunk(comparison, sum(bool(row.base) for row in rows.values()))
    return comparison


def compare_at(names: Collection[str]) -> Comparison:
    """These files and documents alone; raises Unclear when that does not tell enough."""
    comparison = Comparison(Path(settings.KNOWLEDGE_DIR))
    rows = _rows(Document.objects.filter(path__in=names))
    comparison.scan = Scanner(comparison.root, _known(rows)).look_at(names)
    comparison.needs = _needs(rows, comparison.scan)
    if comparison.by(Act.BURY):  # it may have moved, or the folder with it
        raise Unclear(f"{len(comparison.by(Act.BURY))} files are gone.")
    return comparison


def _known(rows: dict[str, Row]) -> dict[str, tuple[str, str]]:
    return {path: (row.stat, row.base) for path, row in rows.items() if row.stat}


def _rows(documents: QuerySet[Document]) -> dict[str, Row]:
    gone = Q(revision=None, folder_sha="")
    values = documents.exclude(gone).values_list(
        "id", "path", "folder_sha", "folder_stat", "revision_id", "revision__sha256"
    )
    return {
        path: Row(id_, path, base, stat, revision_id, live or "")
        for id_, path, base, stat, revision_id, live in values.order_by()
    }


def _needs(rows: dict[str, Row], scan: Scan) -> list[Need]:
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
            needs.append(Need(path, decide(row.base, "", row.live), row, None))
    return needs


def _unreadable(root: Path, error: OSError, rows: dict[str, Row]) -> str:
    if isinstance(error, FileNotFoundError):
        held = any(row.base for row in rows.values())
        return f"The knowledge folder {root} is missing. Put it back." if held else ""
    return f"The knowledge folder {root} cannot be read: {error.strerror}."


def _shrunk(comparison: Comparison, held: int) -> str:
    """A folder that was unmounted or emptied by accident must not delete the documents.

    A file that was renamed has not vanished: its text is there under another path.
    """
    scan = comparison.scan
    buried = comparison.by(Act.BURY)
    new = {need.file.sha256 for need in comparison.by(Act.TAKE) if need.file}
    vanished = sum(need.row.base not in new for need in buried if need.row)
    remedy = "Put the files back, or delete the documents in admin."
    if buried and held >= EMPTIED and not scan.files and not scan.rejected:
        return f"The knowledge folder is empty, where it held {held} documents. {remedy}"
    if vanished >= VANISHED and vanished * 3 > held:
        return f"{vanished} of {held} files vanished from the knowledge folder. {remedy}"
    return ""
