"""The pointer as of this instant, parsed again only when active.json is another file."""

import logging
import os
import time
from pathlib import Path

from routing import pointer
from routing.pointer import Pointer, PointerUnreadable

logger = logging.getLogger(__name__)

# Clocks of file systems tick in steps of up to 10 ms. Within one step an inode can be freed and
# taken again, so a file this young is read each time: its identity does not prove its content.
SETTLED_NS = 50_000_000

Identity = tuple[int, int, int]


class PointerCache:
    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._path = os.fspath(pointer.path(data_dir))
        self._identity: Identity | None = None
        self._known: Pointer | None = None

    def current(self) -> Pointer | None:
        """None before the first activation. Costs one `stat` while the pointer stays.

        One that was there and is lost stays obeyed: the control plane writes it again.
        """
        try:
            found = os.stat(self._path)  # noqa: PTH116 - half the time of Path.stat, on each request
        except OSError as error:
            if self._identity is not None:
                self._identity = None
                self._keep(error)
            return self._known
        identity = (found.st_ino, found.st_mtime_ns, found.st_size)
        if identity != self._identity:
            self._read()
            settled = time.time_ns() - found.st_mtime_ns > SETTLED_NS
            self._identity = identity if settled else None
        return self._known

    def _read(self) -> None:
        try:
            read = pointer.read(self._data_dir)
        except (PointerUnreadable, OSError) as error:
            self._keep(error)
            return
        if read is None:
            self._keep("it vanished while it was looked at")
            return
        self._known = read

    def _keep(self, why: object) -> None:
        """A pointer that cannot be read leaves the one before it: answering goes on."""
        logger.error("Keeping the pointer read before: %s", why)
