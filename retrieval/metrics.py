"""Prometheus' metrics as all our processes make them, so that their counts can be summed up.

With PROMETHEUS_MULTIPROC_DIR set, each process maps files in that folder, by its host and pid:
containers that share the folder have the same few pids, and would write over each other's counts.
Beside them is a lock that the process holds for as long as it lives.
"""

import fcntl
import os
import re
import socket
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram, values

__all__ = ["Counter", "Gauge", "Histogram", "forget", "host_in_names"]


def host_in_names(name: str) -> str:
    """Without underscores, which part the names of the files."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", name)


def forget(folder: Path) -> None:
    """Removes what processes left that are gone: it would be summed up for ever.

    Nothing of the living: compose prepares the next start beside containers that go on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        if not _lives(_lock(folder, file.stem.rpartition("_")[2])):
            file.unlink()
    for lock in folder.glob("*.lock"):
        if not _lives(lock):
            lock.unlink()


def _lives(lock: Path) -> bool:
    try:
        with lock.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _lock(folder: Path, process: str) -> Path:
    return folder / f"{process}.lock"


def _process() -> str:
    return f"{_HOST}-{os.getpid()}"


_HOST = host_in_names(socket.gethostname())
if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # before the first metric, which opens its file
    _folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    _folder.mkdir(parents=True, exist_ok=True)
    _held = _lock(_folder, _process()).open("wb")
    fcntl.flock(_held, fcntl.LOCK_SH)  # shared: it never waits for one of the same name
    values.ValueClass = values.MultiProcessValue(_process)  # type: ignore[no-untyped-call]
