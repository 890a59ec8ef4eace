"""Writing files so that a reader, or a crash, sees the old content or the new, never a part."""

import errno
import fcntl
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY = ".tmp-"  # how every file or folder that is not yet in place begins
POLL_SECONDS = 0.01


class Locked(TimeoutError):
    """Another thread or process held the lock for all the time that we were willing to wait."""


def write_atomic(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Put a whole file in place, durably: temporary file, fsync, rename, fsync of the folder."""
    descriptor, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


def append_line(path: Path, line: bytes, *, durable: bool = False) -> None:
    """One write a line: a reader never sees half of one run into another.

    `durable`: it survives a power cut, too. OSError when it isn't all there; then none of it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # nobody's line comes between look, write and cut
        _append(descriptor, line)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if durable:
        fsync_folder(path.parent)  # its first line made the file


def _append(descriptor: int, line: bytes) -> None:
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        line = b"\n" + line  # what a crash left of another is a line of its own
    if os.write(descriptor, line) < len(line):
        os.ftruncate(descriptor, size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fsync_folder(path: Path) -> None:
    """Make what was created, renamed or removed in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_file(path: Path) -> None:
    """Make a file's content survive a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def point(link: Path, target: str) -> None:
    """Make `link` a symbolic link to `target`, replacing at once what it pointed to before."""
    temporary = link.with_name(TEMPORARY + secrets.token_hex(8))
    temporary.symlink_to(target)
    try:
        temporary.replace(link)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    fsync_folder(link.parent)


@contextmanager
def locked(path: Path, *, timeout: float | None = None) -> Iterator[None]:
    """Hold an exclusive lock on `path`, against other threads and processes alike.

    Waits for ever without `timeout` (seconds); 0 tries once; raises Locked when the time is up.
    The system drops the lock when its holder dies, so the file itself says nothing and stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(descriptor, path, timeout)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, timeout: float | None) -> None:
    if timeout is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Locked(f"{path} was still held by another after {timeout:g} s.") from None
            time.sleep(POLL_SECONDS)
        else:
            return
