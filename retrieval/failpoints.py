"""Named places between two writes where a test can kill this process, as a power cut would.

The file that `FAILPOINT_FILE` names holds the name of one place, and how often it is passed before
(`pointer.json 1`: the second time counts). The process that reaches it then removes the file and
kills itself, so that its successor passes. Without the variable, and so for every user, `reach`
does nothing.
"""

import os
import signal
from pathlib import Path

NAMES = (
    "part.written",  # all files of a segment's part are written, none is in place
    "part.installed",
    "rows.written",  # of a build: its rows are in place, its vectors are not
    "embedding.kept",  # beside the builds: some of a segment's embeddings are in the cache
    "manifest.before",
    "manifest.after",
    "compaction.before",  # the merged segment is in place, nothing says so yet
    "compaction.after",
    "collection.marked",  # a version is collected for the database, its files are all there
    "collection.manifest",  # its manifest is gone
    "collection.segments",  # some segments are gone
    "slot.fallback",  # the pointer's fallback is cleared, the slot's link is as before
    "slot.assigned",
    "gate.passed",  # proved, but not said to be ready
    "activation.before",  # loaded and about to be logged
    "activation.logged",  # the database says so, the pointer does not
    "pointer.copied",  # the copy beside the indices is new, active.json is not
    "pointer.json",  # active.json is new, active_version is not
    "pointer.after",
)

_FILE = os.environ.get("FAILPOINT_FILE")


def reach(name: str) -> None:
    """Die here, if a test asked for it; ValueError for a name that no test could know."""
    if _FILE is None:
        return
    if name not in NAMES:
        raise ValueError(f"{name!r} is not listed as a failpoint.")
    file = Path(_FILE)
    try:
        armed, _, passes = file.read_text().strip().partition(" ")
        if armed != name:
            return
        if passes and int(passes) > 0:
            file.write_text(f"{name} {int(passes) - 1}")
            return
        file.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
