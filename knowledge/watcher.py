"""Watches the knowledge folder and nudges when something in it may have changed.

An event is a hint, no more: the scan is the truth. So a burst gives one nudge, with the paths that
it touched when they are few files and no folder; and a folder that was deleted, replaced or not
there yet is looked for again and again, by its identity.
"""

import logging
import os
import queue
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from knowledge.ignoring import FILE as IGNORE_FILE
from knowledge.paths import SUFFIX

QUIET_SECONDS = 0.1
LONGEST_BURST_SECONDS = 1.0
LOOK_SECONDS = 0.5
MOST_PATHS = 50

Paths = frozenset[str]
ANYTHING: Paths = frozenset()  # in a hint: no one knows which

# Reading a file would be an event too: a scan must not wake the watcher that wakes the scan, nor
# fill the kernel's queue.
_WRITING: list[type[FileSystemEvent]] = [
    FileCreatedEvent, FileModifiedEvent, FileClosedEvent, FileMovedEvent, FileDeletedEvent,
    DirCreatedEvent, DirMovedEvent, DirDeletedEvent,
]  # fmt: skip

logger = logging.getLogger(__name__)


class Watcher(FileSystemEventHandler):
    """`run` blocks until `stop`, which any thread or signal handler may call."""

    def __init__(
        self,
        folder: Path,
        changed: Callable[[Paths], None],
        *,
        polling: bool = False,
        poll_seconds: float = 1.0,
    ) -> None:
        self.poll_seconds = poll_seconds
        self.folder = folder
        self.changed = changed
        self.polling = polling
        self.observer: BaseObserver | None = None
        self.watched: tuple[int, int] | None = None
        # SimpleQueue may be put into from a signal handler; an Event or a Queue could deadlock.
        self.inbox: queue.SimpleQueue[Paths | None] = queue.SimpleQueue()  # None: stop

    def run(self) -> None:
        try:
            self._follow(nudge=False)
            while self._next():
                self._follow(nudge=True)
        finally:
            self._leave()

    def stop(self) -> None:
        self.inbox.put(None)

    def on_any_event(self, event: FileSystemEvent) -> None:
        names = [Path(os.fsdecode(name)) for name in (event.src_path, event.dest_path) if name]
        counted = [name for name in names if self._counts(name, event.is_directory)]
        if counted and (event.is_directory or self.folder / IGNORE_FILE in counted):
            self.inbox.put(ANYTHING)
        elif counted:
            self.inbox.put(frozenset(str(name.relative_to(self.folder)) for name in counted))

    def _counts(self, name: Path, is_directory: bool) -> bool:
        if not name.is_relative_to(self.folder):
            return False
        if name == self.folder / IGNORE_FILE:
            return True
        hidden = any(part.startswith(".") for part in name.relative_to(self.folder).parts)
        return not hidden and (is_directory or name.suffix == SUFFIX)

    def _next(self) -> bool:
        """Wait for a change or a time to look; False when it is time to stop."""
        try:
            first = self.inbox.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            return True
        burst = self._until_quiet([first])
        if None in burst:
            return False
        self.changed(_together(burst))
        return True

    def _until_quiet(self, burst: list[Paths | None]) -> list[Paths | None]:
        """The burst with all that follows it closely; at once when it is time to stop."""
        deadline = time.monotonic() + LONGEST_BURST_SECONDS
        while burst[-1] is not None and time.monotonic() < deadline:
            try:
                burst.append(self.inbox.get(timeout=QUIET_SECONDS))
            except queue.Empty:
                break
        return burst

    def _follow(self, *, nudge: bool) -> None:
        """Watch the folder that stands there now; its coming and going are changes too."""
        now = self._identity()
        if now == self.watched:
            return
        self._leave()
        if now:
            self._watch()
        self.watched = now if self.observer else None
        if nudge:
            self.inbox.put(ANYTHING)

    def _identity(self) -> tuple[int, int] | None:
        try:
            seen = self.folder.stat()
        except OSError:
            return None
        return seen.st_dev, seen.st_ino

    def _watch(self) -> None:
        """Without an observer at the end, the next look tries again."""
        try:
            self.observer = self._started(self._observer())
        except FileNotFoundError:
            return
        except OSError as error:  # inotify's watches are used up, for one
            if not self.polling:
                logger.warning("%s cannot be watched (%s): polling it.", self.folder, error)
            self.polling = True

    def _observer(self) -> BaseObserver:
        return PollingObserver(timeout=self.poll_seconds) if self.polling else Observer()

    def _started(self, observer: BaseObserver) -> BaseObserver:
        observer.schedule(self, str(self.folder), recursive=True, event_filter=_WRITING)
        observer.start()
        logger.info("Watching %s", self.folder)
        return observer

    def _leave(self) -> None:
        if self.observer:
            self.observer.stop()
            self.observer.join()
            self.observer = None


def _together(burst: Sequence[Paths | None]) -> Paths:
    """All the paths of a burst; ANYTHING when one hint does not say, or they are many."""
    paths = frozenset[str]().union(*(hint for hint in burst if hint))
    return paths if all(burst) and len(paths) <= MOST_PATHS else ANYTHING
