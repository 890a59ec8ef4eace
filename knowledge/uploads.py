"""From an upload to an import that waits for its confirmation: each file with what it would do."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from knowledge import paths, revisions, text
from knowledge.errors import InvalidPath, KnowledgeError, UploadRefused
from knowledge.import_models import Import, ImportedFile
from knowledge.receiving import Received, Spool
from knowledge.unpacking import Budget, Member, members, unread
from retrieval.messages import worded

ZIP = ".zip"
BATCH = 500
Fate = ImportedFile.Fate

_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the paths of an upload become paths of documents."""

    folder: str = ""
    drop_outermost: bool = False


def preview(spool: Spool, wanted: Wanted, *, actor: str) -> Import:
    """Keep what may be imported, and say what would become of it; raises UploadRefused.

    The texts are on disk before the rows that name them; a crash between leaves a file that
    nothing names, which `importing.tidy` removes.
    """
    if not spool.files:
        raise UploadRefused(worded("No file was chosen."))
    folder = clean_folder(wanted.folder)
    upload = Import(name=_named(spool.files), folder=folder, uploaded_by=actor)
    upload.uploaded_at = timezone.now()
    try:
        with upload.texts.open("xb") as texts:
            found = list(_Collector(upload, texts).files(_members(spool), wanted))
        compare(found)
        with transaction.atomic():
            upload.save(force_insert=True)
            ImportedFile.objects.bulk_create(found, BATCH)
    except BaseException:
        upload.texts.unlink(missing_ok=True)
        raise
    return upload


def compare(files: Iterable[ImportedFile]) -> None:
    """What importing them now would do; remembers which revision of each document was seen."""
    live = {
        path: (number, sha)
        for path, number, sha in revisions.live()
        .order_by()
        .values_list("path", "revision__number", "revision__sha256")
    }
    taken = _Taken(live)
    for file in files:
        if not file.sha256:
            continue
        file.expected, sha = live.get(file.path, (0, ""))
        file.fate = Fate.CHANGED if file.expected else Fate.NEW
        file.reason = file.outcome = ""
        if sha == file.sha256:
            file.fate = Fate.SAME
        elif problem := taken.problem(file.path):
            file.fate, file.reason = Fate.REFUSED, problem


def clean_folder(folder: str) -> str:
    """The folder as a path without slashes at its ends; raises InvalidPath."""
    folder = "/".join(part for part in folder.strip().split("/") if part)
    if folder:
        paths.clean(f"{folder}/{paths.SUFFIX.strip('.')}{paths.SUFFIX}")
    return folder


class _Taken:
    """Which folders stand where a document would be, and which documents where a folder would."""

    def __init__(self, documents: Iterable[str]) -> None:
        self._documents = set(documents)
        self._folders = {folder for path in self._documents for folder in paths.parents(path)}

    def problem(self, path: str) -> str:
        """As `revisions.refuse_taken` will say; a path without a problem is taken from now on."""
        above = paths.parents(path)
        if path in self._folders or not self._documents.isdisjoint(above):
            return "a document stands where this path needs a folder, or the other way round"
        self._documents.add(path)
        self._folders.update(above)
        return ""


class _Collector:
    """Writes the texts one after the other, and makes the row of each file."""

    def __init__(self, upload: Import, texts: IO[bytes]) -> None:
        self._upload = upload
        self._texts = texts
        self._seen: set[str] = set()

    def files(self, found: Iterable[Member], wanted: Wanted) -> Iterator[ImportedFile]:
        rows = [self._file(member) for member in found]
        outermost = _outermost(rows) if wanted.drop_outermost else ""
        for row in rows:
            if row.fate is Fate.NEW:
                self._place(row, outermost)
            row.path = _storable(row.path)
            yield row

    def _file(self, member: Member) -> ImportedFile:
        row = ImportedFile(upload=self._upload, path=member.name, reason=member.reason)
        if member.reason:
            row.fate = Fate.SKIPPED if member.skipped else Fate.REFUSED
            return row
        row.path = member.name.removeprefix("./")
        if problem := _path_problem(row.path):
            return _refused(row, problem)
        try:
            row.sha256 = text.digest(text.decode(member.data))
        except KnowledgeError as error:
            return _refused(row, str(error))
        row.offset, row.size = self._texts.tell(), len(member.data)
        self._texts.write(member.data)
        return row

    def _place(self, row: ImportedFile, outermost: str) -> None:
        path = row.path.removeprefix(outermost)
        path = f"{self._upload.folder}/{path}" if self._upload.folder else path
        try:
            row.path = paths.clean(path)
        except InvalidPath as error:
            _refused(row, str(error))
            return
        if row.path in self._seen:
            _refused(row, "the upload holds another file of this path")
        self._seen.add(row.path)


def _refused(row: ImportedFile, reason: str) -> ImportedFile:
    """Without a sum, so that nothing ever takes it for a text that could be imported."""
    row.fate, row.reason, row.sha256 = Fate.REFUSED, reason, ""
    return row


def _members(spool: Spool) -> Iterator[Member]:
    budget = Budget()
    for received in spool.files:
        if received.name.lower().endswith(ZIP):
            with spool.copy(received) as file:
                yield from members(file, received.size, budget)
        else:
            yield _plain(spool, received, budget)


def _plain(spool: Spool, received: Received, budget: Budget) -> Member:
    budget.count_files(1)
    if no_document := unread(received.name):
        return no_document
    data = spool.read(received, settings.MAX_DOCUMENT_BYTES + 1)
    budget.count_bytes(len(data))
    return Member(received.name, data)


def _path_problem(name: str) -> str:
    """What leads out of the folder, or would mean another path on another system."""
    if "\\" in name:
        return "its path holds a backslash: folders are parted by / here"
    if _DRIVE.match(name):
        return "its path begins with the letter of a drive"
    if name.startswith("/"):
        return "its path is absolute: it must be relative"
    if ".." in name.split("/"):
        return "its path leads out of the folder (..)"
    return ""


def _outermost(rows: Iterable[ImportedFile]) -> str:
    """The folder that all documents of the upload are in, with its slash; else nothing."""
    first = {row.path.partition("/")[0] for row in rows if row.fate is Fate.NEW}
    inside = all("/" in row.path for row in rows if row.fate is Fate.NEW)
    return f"{first.pop()}/" if len(first) == 1 and inside else ""


def _named(files: list[Received]) -> str:
    if len(files) == 1:
        return _storable(files[0].name.rpartition("/")[2])[:300]
    outer = {file.name.partition("/")[0] for file in files}
    folder = outer.pop() if len(outer) == 1 else ""
    return f"{_storable(folder)[:200]}/ ({len(files)})" if folder else f"{len(files)} files"


def _storable(name: str) -> str:
    """A refused name may hold what no database takes."""
    printable = name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return printable[:1000]
