"""Makes larger segments one, and gives back the room of dead rows, beside the builds.

It works under a lock of its own, from the segments themselves, and leaves a record (compacted.py)
that the next build takes up: it never makes a version, and whoever searches notices nothing.
"""

import logging
import time

from builder import compacted, kept, merging, wanted
from builder.compacted import Compacted, named
from builder.wanted import layout
from retrieval.failpoints import reach
from retrieval.files import Locked, locked
from retrieval.index import Index
from retrieval.rows_merger import merge
from retrieval.view import Segment

logger = logging.getLogger("builder")


def compact() -> None:
    """One merge at most. Raises RetrievalError (a damaged segment) and OSError; nothing is lost."""
    try:
        with locked(layout().compaction_lock, timeout=0):
            base = kept.base_for(wanted.fingerprint())
            if base is not None and not _waits(base):
                _compact(base)
    except Locked:
        return


def _waits(base: Index) -> bool:
    """Whether there is a result that no build took up yet; one that none can is removed."""
    refs = list(base.manifest.segments)
    if compacted.taken_up(layout(), refs) != refs:
        return True
    compacted.remove(layout())
    return False


def _compact(base: Index) -> None:
    segments = _chosen(base)
    if not segments:
        return
    started = time.perf_counter()
    written = merge(layout(), segments)
    reach("compaction.before")
    replaced = frozenset(named(segment.ref) for segment in segments)
    compacted.write(layout(), Compacted(replaced, written))
    reach("compaction.after")
    logger.info(
        "Compacted %d segments of #%d: %d chunks, of which %d are live, in %.2f s.",
        len(segments), base.manifest.number, sum(segment.ref.chunks for segment in segments),
        written.chunks, time.perf_counter() - started,
    )  # fmt: skip


def _chosen(base: Index) -> list[Segment]:
    """Only whole ones: a segment that lacks its vectors gets them by a build, not by a merge."""
    whole = [each for each in base.view.segments if each.vectors or not each.ref.chunks]
    sizes = [(segment.ref.chunks, segment.live.chunks) for segment in whole]
    return [whole[position] for position in merging.to_compact(sizes)]
