"""A folder and a database that are edited at random, and what is owed to those who edited."""

import os
import shutil
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from knowledge import paths, revisions, snapshot, sync
from knowledge.errors import CannotConfirm, KnowledgeError, PauseChanged
from knowledge.models import Document, FolderSync, Place, Quarantine, Revision

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
MOST_RECONCILES = 12


class TwoDoors:
    """Everything that people can do, and `owed`: each text that they saved and did not undo.

    What someone types over their own text before anyone could have seen it is their own loss: so a
    file's text is owed until it is overwritten, or in the history.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.owed: set[str] = set()
        self.count = 0
        folder.mkdir(parents=True)
        settings.KNOWLEDGE_DIR = folder
        _forget_all()

    def do(self, edits: Iterable[tuple[Any, ...]]) -> None:
        for name, *arguments in edits:
            getattr(self, name)(*arguments)

    # The database's door.

    def save(self, path: str, body: str | None) -> None:
        body = self._text(body)
        try:
            revisions.save(path, body, actor="alice", door="api")
        except KnowledgeError:  # another document stands in the way
            return
        self.owed.add(body)

    def delete(self, path: str) -> None:
        if revisions.is_live(path):
            revisions.delete(path, actor="alice", door="api")

    def move(self, path: str, new_path: str) -> None:
        try:
            revisions.move(path, new_path, actor="alice", door="api")
        except KnowledgeError:  # there is nothing to move, or no place for it
            return

    # The folder's door.

    def type(self, path: str, body: str | None, by_rename: bool) -> None:
        body = self._text(body)
        file = self._file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._give_up(file)
        if by_rename:
            beside = file.with_name("new.tmp")
            beside.write_text(body, newline="")
            beside.replace(file)
        else:
            file.write_text(body, newline="")
        self.owed.add(body)

    def unlink(self, path: str) -> None:
        self._give_up(self._file(path))
        self._file(path).unlink(missing_ok=True)

    def rename(self, path: str, new_path: str) -> None:
        old, new = self._file(path), self._file(new_path)
        if old.exists() and old != new:
            self._give_up(new)
            new.parent.mkdir(parents=True, exist_ok=True)
            old.rename(new)

    def rename_folder(self, name: str, new_name: str) -> None:
        old, new = self.folder / name, self.folder / new_name
        if old.is_dir() and not new.exists() and old not in new.parents:
            new.parent.mkdir(parents=True, exist_ok=True)
            old.rename(new)

    def remove_folder(self, name: str) -> None:
        folder = self.folder / name
        for file in folder.rglob("*.md"):
            self._give_up(file)
        shutil.rmtree(folder, ignore_errors=True)

    def touch(self, path: str, seconds: int) -> None:
        """The clock of another machine, or a tool that keeps times."""
        if self._file(path).exists():
            now = self._file(path).stat().st_mtime
            os.utime(self._file(path), (now, now + seconds))

    def _text(self, body: str | None) -> str:
        """None: one that nobody ever wrote."""
        self.count += 1
        return f"text {self.count}\n" if body is None else body

    def _file(self, path: str) -> Path:
        """The file of that path, whichever Unicode form its name has."""
        other = self.folder / unicodedata.normalize("NFC", path)
        return other if other.exists() else self.folder / path

    def _give_up(self, file: Path) -> None:
        if file.exists() and not Revision.objects.filter(body=_text(file)).exists():
            self.owed.discard(_text(file))

    # In between.

    def confirm(self, kind: str) -> None:
        told = FolderSync.objects.first()
        try:
            sync.confirm(kind, actor="anna", seen=told.vanished_sum if told else "")
        except (PauseChanged, CannotConfirm):
            return

    def settle(self) -> None:
        """As the schedule does, until nothing is left to do; a pause is decided by a person."""
        for _ in range(MOST_RECONCILES):
            if sync.reconcile_folder().paused:
                self.confirm("restore")
            if sync.compare_folder().in_sync and not any(self.folder.rglob(".*")):
                return

    def check(self) -> None:
        """Both sides are equal, and every text is live or in the history."""
        state = sync.compare_folder()
        assert state.in_sync, [str(each) for each in sync.compare().needs]
        files = {
            paths.clean(each.relative_to(self.folder).as_posix()): _text(each)
            for each in self.folder.rglob("*.md")
        }
        live = dict(revisions.live().values_list("path", "revision__body"))
        assert live == files
        assert state.rejected == []
        lost = self.owed - set(Revision.objects.values_list("body", flat=True))
        assert not lost, lost
        assert not any(self.folder.rglob(".*")), "what a cut left aside was not cleared"
        taken, anew = snapshot.take(), snapshot._whole()
        assert (taken.revisions, taken.ids) == (anew.revisions, anew.ids)
        for path, number in Revision.objects.values_list("path", "number"):
            assert path in {each.path for each in revisions.history(path)}, (path, number)


def _text(file: Path) -> str:
    return file.read_bytes().decode()


def _forget_all() -> None:
    Quarantine.objects.all().delete()
    Document.objects.update(revision=None, conflict=None)
    for model in (Revision, Document, Place, FolderSync):
        model.objects.all().delete()
