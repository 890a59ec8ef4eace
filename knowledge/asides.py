"""Clears the asides that a write or a crash left in the folder, once their text is kept.

A new one that was not written whole holds ours alone, and is in the database: it goes unread.
"""

import logging
import time
from pathlib import Path

from knowledge import text
from knowledge.errors import NotText, TooLarge
from knowledge.intake import keep_aside
from knowledge.scan import ASIDE, Unfit, file_time, read

# An editor that had the file open when it was moved may still be writing.
QUIET_NS = 2_000_000_000

logger = logging.getLogger(__name__)

_told: set[Path] = set()


def clear(root: Path, names: list[str]) -> None:
    for name in names:
        try:
            _clear(root / name)
        except FileNotFoundError:
            continue
        except (OSError, Unfit, NotText, TooLarge) as error:
            _tell(root / name, error)


def _tell(aside: Path, error: Exception) -> None:
    """Once: the schedule meets it again at each scan, until a person takes it away."""
    if aside not in _told:
        _told.add(aside)
        logger.warning("What was moved aside to %s stays there: %s", aside, error)


def _clear(aside: Path) -> None:
    # Its own time may be set to years from now; this one is set by each write and each rename.
    if 0 <= time.time_ns() - aside.lstat().st_ctime_ns < QUIET_NS:
        return
    found = ASIDE.fullmatch(aside.name)
    if found and (found[2] == "new" or _is_kept(aside, int(found[1]))):
        aside.unlink()


def _is_kept(aside: Path, place_id: int) -> bool:
    data, seen = read(aside)
    return keep_aside(place_id, text.decode(data), file_time(seen))
