"""What is served without vectors gets them here, beside the builds and under a lock of its own.

It fills the cache and writes vectors parts, for the next build to take up: it makes no version,
and no build ever waits for it. Nothing that it did is lost when it dies, or its provider does.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import numpy as np

from builder import (
    documents,
    embedder_state,
    embedding,
    kept,
    signals,
    vectors_written,
)
from builder.wanted import Wanted, layout
from retrieval import failpoints
from retrieval.embeddings import EmbeddingCache
from retrieval.errors import EmbeddingUnavailable, RetrievalError
from retrieval.files import Locked, locked
from retrieval.index import Index
from retrieval.segments import embedded_texts, write_vectors
from retrieval.view import Segment
from routing.models import DeploymentVersion

logger = logging.getLogger("builder")

State = DeploymentVersion.State
SLICE = 1_024  # texts: after so many it looks for something smaller, such as an edit
STEP = 500  # chunks that are worth a version of their own

stopping = threading.Event()  # the worker ends


def work(goals: Callable[[], Sequence[Wanted]]) -> None:
    """Embed all that lacks it for these goals, the smallest segments first.

    Leaves at once when another is at it, and when a provider fails: the schedule comes again.
    """
    try:
        with locked(layout().embedding_lock, timeout=0):
            unfinished = [goal for goal in goals() if not _work_for(goal)]
            if not unfinished:
                embedder_state.settled()
    except Locked:
        return


def lacking(index: Index, embedder: str) -> list[Segment]:
    """Its segments for which there are no vectors by that embedder, the smallest first."""
    written = vectors_written.of(layout(), embedder)
    made_by = index.manifest.fingerprint.embedder
    return sorted(
        (
            segment for segment in index.view.segments
            if segment.live.chunks and segment.ref.rows not in written
            and not (segment.vectors and made_by == embedder)
        ),
        key=lambda segment: (segment.rows.chunks, segment.ref.rows),
    )  # fmt: skip


def is_worth_a_version(index: Index) -> bool:
    """Whether a served index can get the rest of its vectors now, or a good part of them."""
    if index.manifest.coverage == 1.0:
        return False
    without = [each for each in index.view.segments if each.live.chunks and not each.vectors]
    left = {each.ref.rows for each in lacking(index, index.manifest.fingerprint.embedder)}
    written = sum(each.live.chunks for each in without if each.ref.rows not in left)
    return written > 0 and (not left or written >= STEP)


def _work_for(goal: Wanted) -> bool:
    """Whether nothing lacks any more."""
    trouble = embedder_state.trouble(goal.embedder.name)
    if trouble is not None and not trouble.is_due:
        return False
    try:
        while (job := _next_job(goal)) is not None and not stopping.is_set():
            job.run()
    except EmbeddingUnavailable as error:
        logger.warning("Vectors follow later: %s", error)
        return False
    except RetrievalError:
        logger.exception("What lacks vectors could not be read.")
        return False
    return job is None


def _next_job(goal: Wanted) -> "Job | None":
    for index in _subjects(goal):
        if todo := lacking(index, goal.embedder.name):
            return Job(goal, index, todo)
    return None


def _subjects(goal: Wanted) -> Iterator[Index]:
    """What was refused, perhaps for want of vectors, and what the next version is built upon."""
    refused = DeploymentVersion.objects.filter(digest=goal.digest, state=State.REJECTED)
    for row in refused.order_by("-number")[:1]:
        if goal.is_held_by(row) and kept.is_whole(row.number) and (
            index := kept.openable(row.number)
        ):  # fmt: skip
            yield index
    if base := kept.base_for(goal.fingerprint):
        yield base


class Job:
    """The first of the segments that lack vectors, until something newer was built."""

    def __init__(self, goal: Wanted, index: Index, todo: Sequence[Segment]) -> None:
        self._embedder = goal.embedder
        self._segment = todo[0]
        self._total = index.view.rows
        self._before = self._total - sum(segment.rows.chunks for segment in todo)

    def run(self) -> None:
        rows = self._segment.rows
        texts = embedded_texts(list(documents.from_rows(rows)))
        newest = _newest()
        with embedding.on_all_cores(self._embedder) as embedder:
            for some in self._slices(texts):
                embedding.patiently(some, embedder, lambda done, total: None)
                failpoints.reach("embedding.kept")
                if stopping.is_set() or _newest() != newest:
                    return
        self._write(texts)

    def _slices(self, texts: Sequence[str]) -> Iterator[Sequence[str]]:
        with closing(EmbeddingCache(layout().embeddings)) as cache:
            missing = cache.missing(self._embedder.name, texts)
        for start in range(0, len(missing), SLICE):
            done = self._before + len(texts) - len(missing) + start
            embedder_state.at_work(self._embedder.name, done, self._total)
            yield missing[start : start + SLICE]

    def _write(self, texts: Sequence[str]) -> None:
        name, rows = self._embedder.name, self._segment.ref.rows
        with closing(EmbeddingCache(layout().embeddings)) as cache:
            known = cache.get(name, texts)
        vectors = np.stack([known[text] for text in texts])
        with locked(layout().compaction_lock):  # who clears up takes half-written parts for dead
            vectors_written.add(layout(), name, rows, write_vectors(layout(), rows, vectors))
        logger.info("%d chunks have their vectors by %s.", len(texts), name)
        signals.vectors_written.send(sender=Job)


def _newest() -> int:
    row = DeploymentVersion.objects.order_by("-number").values_list("number").first()
    return row[0] if row else 0
