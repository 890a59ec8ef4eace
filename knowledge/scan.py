"""What the folder holds now: one lstat a file, and a read only of those whose stat has changed.

A link that stays inside the folder is followed when it names a file; a link to a folder is not
(its files are read where they are, and a loop cannot arise). What cannot be a document is listed
with its reason. Hidden names and files that do not end in .md are nobody's documents.
"""

import errno
import hashlib
import os
import re
import stat
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knowledge import paths, text
from knowledge.errors import NotText, TooLarge

# A file's clock ticks in steps: a stat this close to the read may hide a later write.
RACY_NS = 50_000_000
ASIDE = re.compile(r"\.kb-(\d+)-[0-9a-f]{16}\.(aside|new)")
MOST_REMEMBERED = 10_000

# Stat → reason, of what this process has read in vain: no need to read it each time.
_not_text: dict[str, str] = {}

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class Unfit(Exception):
    """A file that cannot be a document; the message is the reason that people see."""


class Unclear(Exception):
    """A look at a file alone does not tell what became of it: the whole folder must be scanned."""


@dataclass(frozen=True, slots=True)
class File:
    name: str  # relative to the folder, as the file system spells it
    stat: str  # begins with a '?' when it may not be trusted next time; empty: not known
    sha256: str
    time_ns: int  # max(mtime, ctime): when it was last touched, whatever tool set its mtime
    blank: bool = False  # read, and nothing but white space


@dataclass(slots=True)
class Scan:
    files: dict[str, File] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)  # path → reason
    asides: list[str] = field(default_factory=list)  # left by a write that was cut short

    def hides(self, path: str) -> bool:
        """Whether something stands at the path, or above it, that could not be read."""
        return path in self.rejected or any(part in self.rejected for part in paths.parents(path))


class Scanner:
    """One walk over the folder. `known`: path → (stat, sha256) of the last time.

    What it `ignores` is as if it were not there: it is neither read nor listed.
    """

    def __init__(
        self,
        root: Path,
        known: Mapping[str, tuple[str, str]],
        ignores: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.ignores = ignores
        self.root = os.path.realpath(root)
        self.known = known
        self.found = Scan()
        self.trusted_before = time.time_ns() - RACY_NS

    def run(self) -> Scan:
        """Raises OSError when the folder itself is missing or cannot be read."""
        waiting = [("", "")]
        while waiting:
            waiting += self._folder(*waiting.pop())
        return self.found

    def look_at(self, names: Iterable[str]) -> Scan:
        """These files alone, where they are; raises Unclear for what is not plainly a document."""
        for name in names:
            if self.ignores(name):
                continue
            whole = f"{self.root}/{name}"
            plain = name.isascii() and not any(map(paths.part_problem, name.split("/")))
            if not plain or paths.path_problem(name) or os.path.realpath(whole) != whole:
                raise Unclear(name)
            try:
                self._take(name, name, whole, os.lstat(whole))
            except FileNotFoundError:
                continue
            except (OSError, Unfit) as error:
                raise Unclear(name) from error
        return self.found

    def _folder(self, prefix: str, name: str) -> list[tuple[str, str]]:
        """Take one folder's files; returns its folders as (path prefix, name prefix)."""
        inner = []
        try:
            with os.scandir(f"{self.root}/{name}") as entries:
                for entry in entries:
                    if self._is_folder(entry, prefix, name):
                        inner.append((f"{prefix}{_nfc(entry.name)}/", f"{name}{entry.name}/"))
        except FileNotFoundError:
            if not name:
                raise
        except OSError as error:
            if not name:
                raise
            self._reject(prefix[:-1], f"this folder cannot be read: {error.strerror}")
        return inner

    def _is_folder(self, entry: "os.DirEntry[str]", prefix: str, name: str) -> bool:
        if entry.name.startswith("."):
            if ASIDE.fullmatch(entry.name):
                self.found.asides.append(name + entry.name)
            return False
        if self.ignores(prefix + _nfc(entry.name)):
            return False
        if entry.is_dir(follow_symlinks=False):
            if self.ignores(f"{prefix}{_nfc(entry.name)}/"):
                return False
            problem = paths.part_problem(_nfc(entry.name))
            if problem:
                self._reject(prefix + entry.name, problem)
            return not problem
        try:
            self._entry(entry, prefix + _nfc(entry.name), name + entry.name)
        except Unfit as error:
            self._reject(prefix + entry.name, str(error))
        except FileNotFoundError:
            pass  # gone since the folder was listed
        except OSError as error:
            self._reject(prefix + entry.name, f"it cannot be read: {error.strerror}")
        return False

    def _entry(self, entry: "os.DirEntry[str]", path: str, name: str) -> None:
        link = entry.is_symlink()
        target = Path(os.path.realpath(entry.path)) if link else None
        if target and target.is_dir():
            raise Unfit("it is a link to a folder, which is not followed")
        if not path.endswith(paths.SUFFIX):
            return
        problem = paths.part_problem(_nfc(entry.name)) or paths.path_problem(path)
        if problem:
            raise Unfit(problem)
        if path in self.found.files:
            raise Unfit("another file has the same name, written in another Unicode form")
        if target:
            self._refuse_link(target)
        seen = target.stat() if target else entry.stat(follow_symlinks=False)
        self._take(path, name, target or entry.path, seen)

    def _take(self, path: str, name: str, target: str | Path, seen: os.stat_result) -> None:
        key = stat_key(seen)
        known = self.known.get(path)
        if known and known[0] == key:
            self.found.files[path] = File(name, key, known[1], file_time(seen))
        elif key in _not_text:
            raise Unfit(_not_text[key])
        else:
            self.found.files[path] = self._read(name, target)

    def _refuse_link(self, target: Path) -> None:
        if not target.is_relative_to(self.root):
            raise Unfit("it is a link that leads out of the folder")
        if not target.exists():
            raise Unfit("it is a link to nothing")

    def _read(self, name: str, target: str | Path) -> File:
        data, seen = read(target)
        doubt = "" if file_time(seen) < self.trusted_before else "?"
        try:
            text.decode(data)
        except NotText as error:
            if not doubt:
                _remember(stat_key(seen), str(error))
            raise Unfit(str(error)) from error
        except TooLarge as error:
            raise Unfit(str(error)) from error
        sha = hashlib.sha256(data).hexdigest()
        blank = not data.strip()
        return File(name, doubt + stat_key(seen), sha, file_time(seen), blank)

    def _reject(self, path: str, reason: str) -> None:
        shown = os.fsencode(_nfc(path)).decode("utf-8", "backslashreplace")
        self.found.rejected[shown] = reason


def _remember(key: str, reason: str) -> None:
    if len(_not_text) >= MOST_REMEMBERED:
        _not_text.clear()
    _not_text[key] = reason


def read(path: str | Path, dir_fd: int | None = None) -> tuple[bytes, os.stat_result]:
    """A regular file's bytes, with the stat from before they were read; never hangs on a FIFO."""
    try:
        descriptor = os.open(path, _READ, dir_fd=dir_fd)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ELOOP):
            raise Unfit("it is not a regular file") from error
        raise
    with os.fdopen(descriptor, "rb") as file:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise Unfit("it is not a regular file")
        try:
            text.refuse_size(seen.st_size)
        except TooLarge as error:
            raise Unfit(str(error)) from error
        return file.read(), seen


def stat_key(seen: os.stat_result) -> str:
    return f"{seen.st_mtime_ns}:{seen.st_ctime_ns}:{seen.st_size}:{seen.st_ino}:{seen.st_dev}"


def inode(key: str) -> str | None:
    """What names a file of the folder whatever it is called, out of its `stat_key`."""
    return ":".join(key.split(":")[-2:]) or None


def file_time(seen: os.stat_result) -> int:
    return max(seen.st_mtime_ns, seen.st_ctime_ns)


def _nfc(name: str) -> str:
    return name if name.isascii() else unicodedata.normalize("NFC", name)
