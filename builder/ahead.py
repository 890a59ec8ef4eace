"""Segments of many documents that are written ahead of their build, beside the others.

To split thousands of documents takes half a minute, and an edit that someone saves meanwhile would
wait for that. So such a burst is written first, under a lock of its own. Until it is, what is built
is the base with the other edits alone; after it the whole, which takes the written segments up.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from builder import burst as bursts
from builder import documents, embedding, kept, pieces
from builder.burst import Burst
from builder.difference import Difference, Revisions
from builder.wanted import Wanted, layout
from retrieval.files import Locked, locked
from retrieval.manifest import SegmentRef
from retrieval.segments import embedded_texts

logger = logging.getLogger("builder")

MANY = 1_000  # documents: fewer are split by their build, within some seconds
TO_BEGIN = 5.0  # seconds that the task may take to begin
REST = 60.0  # seconds after a failure, in which the builds do it themselves, and tell what fails


def is_due(goal: Wanted) -> bool:
    """Whether so much is to be split that others should not wait for it, and nobody is at it."""
    burst = bursts.read()
    lacking = _lacking(goal, burst)
    if lacking is None or len(lacking.written) < MANY or goal.beside:
        return False
    if burst is None:
        return True
    if _failed_lately(burst):
        return False
    return not burst.paths or (time.time() - burst.begun > TO_BEGIN and not _is_at_work())


def begin(goal: Wanted) -> None:
    """Note what is to be written; the caller tells whoever does it."""
    burst = bursts.read()
    lacking = _lacking(goal, burst)
    if lacking is None:
        return
    written = burst.segments_by(goal.embedder.name) if burst else ()
    paths, removed = frozenset(lacking.written), frozenset(lacking.removed)
    bursts.write(Burst(goal.embedder.name, paths, removed, tuple(written), begun=time.time()))


def reachable(goal: Wanted) -> Wanted:
    """What can be built at once: all of it, or what was saved apart from the burst."""
    burst, base = bursts.read(), kept.base_for(goal.fingerprint)
    if burst is None or base is None or not burst.paths:
        return goal
    lacking = _lacking(goal, burst)
    if lacking is None or len(lacking.written) < MANY:
        return goal
    waits = burst.paths | burst.removed
    if len(set(lacking.written) - waits) >= MANY:
        waits |= frozenset(lacking.paths)  # another burst, which is next
    return replace(goal, snapshot=goal.snapshot.with_earlier(base.revisions(), waits))


def work(goal: Wanted) -> bool:
    """Write what was noted, as it is in the goal; False when another is at it, or it failed."""
    try:
        with locked(layout().ahead_lock, timeout=0):
            burst = bursts.read()
            return burst is not None and bool(burst.paths) and _work(burst, goal)
    except Locked:
        return False


def taken_up(wanted: Wanted, before: Revisions) -> list[SegmentRef]:
    """The written segments that hold something of what is wanted, and not of what was before; the
    rest of each is dead in it."""
    burst, taken = bursts.read(), []
    for ref in burst.segments_by(wanted.embedder.name) if burst else ():
        dead = frozenset(_of_no_use(ref, wanted.snapshot.revisions, before))
        if len(dead) < ref.documents:
            taken.append(replace(ref, dead=dead))
    return taken


def forget_what_is_taken(goal: Wanted) -> None:
    """Once nothing of it is lacking in what builds start from, the record has done its service.

    Under the build lock: without it, another may have begun a burst since the record was read.
    """
    burst, base = bursts.read(), kept.base_for(goal.fingerprint)
    if burst is None or base is None or burst.paths or _failed_lately(burst):
        return
    wanted, before = goal.snapshot.revisions, base.revisions()
    if not any(
        wanted.get(path) == revision != before.get(path)
        for path, revision in burst.revisions().items()
    ):
        bursts.remove()


def _work(burst: Burst, goal: Wanted) -> bool:
    paths = [path for path in sorted(burst.paths) if path in goal.snapshot.revisions]
    try:
        _write(burst, goal, paths)
    except Exception:  # whatever it is, the build meets it too, and there it is told
        logger.exception("%d documents could not be written ahead of their build.", len(paths))
        rest = frozenset[str]()
        bursts.write(replace(burst, paths=rest, removed=rest, failed=time.time()))
        return False
    logger.info("%d documents are written ahead of their build.", len(paths))
    return True


def _write(burst: Burst, goal: Wanted, paths: Sequence[str]) -> None:
    taken = list(documents.from_snapshot(goal.snapshot, paths, _unheard))
    vectors = embedding.at_once(embedded_texts(taken), goal.embedder, _unheard).vectors
    before = burst.segments_by(goal.embedder.name)
    with locked(layout().compaction_lock):  # who clears up takes half-written parts for dead
        written = pieces.write(taken, vectors)
        bursts.write(Burst(goal.embedder.name, segments=(*before, *written)))


def _lacking(goal: Wanted, burst: Burst | None) -> Difference | None:
    """What a build of the goal would split, and remove; None without a base, which has no edit
    that could wait."""
    base = kept.base_for(goal.fingerprint)
    if base is None:
        return None
    difference = Difference.between(base.revisions(), goal.snapshot.revisions)
    if burst is None or len(difference.written) < MANY:
        return difference
    there, wanted = burst.revisions(), goal.snapshot.revisions

    def left(paths: Sequence[str]) -> tuple[str, ...]:
        return tuple(path for path in paths if there.get(path) != wanted[path])

    return Difference(left(difference.added), left(difference.changed), difference.removed)


def _of_no_use(ref: SegmentRef, wanted: Revisions, before: Revisions) -> list[int]:
    """The ordinals of what is wanted otherwise, or there already."""
    return [
        ordinal
        for ordinal, (path, revision) in enumerate(bursts.held(ref).items())
        if wanted.get(path) != revision or before.get(path) == revision
    ]


def _failed_lately(burst: Burst) -> bool:
    return time.time() - burst.failed < REST


def _is_at_work() -> bool:
    try:
        with locked(layout().ahead_lock, timeout=0):
            return False
    except Locked:
        return True


def _unheard(done: int, total: int) -> None:
    """No version has begun whose progress it could be."""
