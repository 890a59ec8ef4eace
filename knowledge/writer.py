"""Puts texts into the knowledge folder so that nothing typed there meanwhile is lost.

The new file and the old one change places in one step; then what came out is read. If it is not
what folder and database had agreed on, someone typed: they change places again, and the next
reconcile merges. What a crash leaves behind is an *aside*, a hidden file that `asides` clears.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from knowledge import swapping
from knowledge.errors import KnowledgeError
from knowledge.scan import Unfit, read

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class Unwritable(KnowledgeError):
    """The file cannot be written or removed; the message is the reason that people see."""

    code = "unwritable"


def write(root: Path, name: str, place_id: int, data: bytes, base: str) -> bool:
    """Make `data` the file's content if it still has the hash `base` (empty: no file).

    False when something else stands there: it was left as it is.
    """
    with _reasons(), _folder(root, name, create=True) as (folder, last):
        before = _lstat(folder, last)
        if not _is_base(folder, last, before, base):
            return False
        aside = _aside_name(place_id)
        try:
            _create(folder, aside, data, before)
            return _into_place(folder, aside, last, base, hashlib.sha256(data).hexdigest())
        finally:
            os.fsync(folder)


def remove(root: Path, name: str, place_id: int, base: str) -> bool:
    """Remove the file if it still has the hash `base`; False when it was left as it is."""
    with _reasons():
        try:
            return _moved_out(root, name, place_id, base)
        except FileNotFoundError:  # it, or its folder, went meanwhile
            return False


def _moved_out(root: Path, name: str, place_id: int, base: str) -> bool:
    with _folder(root, name, create=False) as (folder, last):
        if not _is_base(folder, last, _lstat(folder, last), base):
            return False
        aside = _aside_name(place_id)
        os.rename(last, aside, src_dir_fd=folder, dst_dir_fd=folder)
        if _drop(folder, aside, base):
            os.fsync(folder)
            return True
        with suppress(FileExistsError):  # typed anew meanwhile: the aside keeps the other
            swapping.place(folder, aside, last)
        return False


def _into_place(folder: int, aside: str, last: str, base: str, sha: str) -> bool:
    try:
        (swapping.swap if base else swapping.place)(folder, aside, last)
    except (FileNotFoundError, FileExistsError):  # removed, or made anew, since we looked
        _drop(folder, aside, sha, base)
        return False
    if not base or _drop(folder, aside, base):
        return True
    with suppress(FileNotFoundError, FileExistsError):
        swapping.swap(folder, aside, last)
    _drop(folder, aside, sha)
    return False


def _drop(folder: int, aside: str, *known: str) -> bool:
    """Remove an aside if its content is one that we know; else it stays, and is kept as text."""
    seen = _lstat(folder, aside)
    if not any(_is_base(folder, aside, seen, sha) for sha in known if sha):
        return False
    os.unlink(aside, dir_fd=folder)
    return True


def _is_base(folder: int, name: str, seen: os.stat_result | None, base: str) -> bool:
    if seen is None:
        return not base
    if stat.S_ISLNK(seen.st_mode):
        return True  # replacing a link loses nothing: the text stays where it leads
    if not stat.S_ISREG(seen.st_mode):
        raise Unwritable("something that is not a file stands in its place")
    try:
        data, _ = read(name, dir_fd=folder)
    except (Unfit, FileNotFoundError):  # not a text, or removed since we looked
        return False
    return hashlib.sha256(data).hexdigest() == base


def _create(folder: int, aside: str, data: bytes, like: os.stat_result | None) -> None:
    """An aside on disk with this content, and the mode and owner of the file that it replaces.

    Until it is whole it has another name, so that no part of a text is ever taken for one typed.
    """
    new = aside.removesuffix(".aside") + ".new"
    try:
        _fill(folder, new, data, like)
        os.rename(new, aside, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(new, dir_fd=folder)
        raise


def _fill(folder: int, name: str, data: bytes, like: os.stat_result | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(name, flags, 0o644, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file:
        owner = like or os.fstat(folder)
        if like and stat.S_ISREG(like.st_mode):
            os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
        with suppress(PermissionError):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        file.write(data)
        file.flush()
        os.fsync(descriptor)


@contextmanager
def _folder(root: Path, name: str, *, create: bool) -> Iterator[tuple[int, str]]:
    """The file's folder, open, and its last name. Never goes through a link: it may lead out."""
    *above, last = name.split("/")
    folder = os.open(root, _FOLDER)
    try:
        for part in above:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=folder)
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder, last
    finally:
        os.close(folder)


@contextmanager
def _reasons() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unwritable(f"it cannot be written to the folder: {error.strerror}") from error


def _lstat(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _aside_name(place_id: int) -> str:
    return f".kb-{place_id}-{secrets.token_hex(8)}.aside"
