"""One candidate from its number to its verdict: ready, rejected by the gate, or failed."""

import errno
import logging
import os
import time

from builder import comparing, edits, kept, metrics, publish, signals
from builder.build import Built, build
from builder.difference import Difference
from builder.gate import Candidate
from builder.progress import Progress
from builder.report import Report
from builder.wanted import Wanted
from retrieval import failpoints
from retrieval.errors import IndexDamaged
from retrieval.index import Index
from routing import versions
from routing.models import DeploymentVersion

logger = logging.getLogger("builder")

NO_ROOM = (*map(os.strerror, (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)), "disk is full")


def construct(goal: Wanted, served: Index | None, trigger: str = "") -> DeploymentVersion:
    """Build and prove a version of what is wanted, against what is served now.

    Whatever goes wrong becomes its state and its reason; what is served does not change.
    """
    version = _begin(goal, trigger)
    progress = Progress(version.number)
    try:
        built = _build(version, goal, progress)
        candidate = Candidate(goal, built.manifest, served, built.pending)
        report = publish.prove(candidate, progress)
        progress.enter("compare")
        versions.compared(version, comparing.compare(version.number, report.slot))
        failpoints.reach("gate.passed")
        _conclude(version, report)
    except Exception as error:
        _fail(version, error)
    finally:
        progress.close()
    metrics.builds.labels(metrics.trigger_label(version.trigger), version.state).inc()
    return version


def _begin(goal: Wanted, trigger: str) -> DeploymentVersion:
    parent = kept.newest()
    before = parent.revisions() if parent else {}
    difference = Difference.between(before, goal.snapshot.revisions)
    carried = edits.latest(difference.paths)
    return versions.create(
        versions.next_number(),
        digest=goal.digest,
        fingerprint=goal.fingerprint.as_dict(),
        parent=parent.manifest.number if parent else None,
        changes=difference.as_changes(),
        trigger=trigger or edits.trigger(carried),
        actor=edits.actor(carried),
    )


def _build(version: DeploymentVersion, goal: Wanted, progress: Progress) -> Built:
    started = time.perf_counter()
    built = build(version.number, goal, kept.base_for(goal.fingerprint), progress)
    manifest = built.manifest
    versions.verifying(
        version,
        documents=manifest.documents,
        chunks=manifest.chunks,
        embedded=manifest.embedded,
        build_seconds=round(time.perf_counter() - started, 4),
        embedding_seconds=round(built.embedding_seconds, 4),
    )
    if built.pending:
        signals.vectors_lack.send(sender=DeploymentVersion)
    return built


def _conclude(version: DeploymentVersion, report: Report) -> None:
    if report.passed:
        versions.ready(version, report.as_json())
        return
    versions.rejected(version, report.as_json(), report.reason)
    logger.warning("%s was rejected by its checks and is not served: %s",
                   version.label, report.reason)  # fmt: skip


def _fail(version: DeploymentVersion, error: Exception) -> None:
    """Also for what no one foresaw: the schedule tries again, at growing intervals."""
    if isinstance(error, IndexDamaged):
        kept.forget()
    reason = _reason(error)
    logger.error("%s could not be built; what is served stays: %s",
                 version.label, reason, exc_info=error)  # fmt: skip
    versions.failed(version, reason)


def _reason(error: Exception) -> str:
    """In words: also FAISS and SQLite hand on what the system said of a full disk, as text."""
    said = str(error) or type(error).__name__
    if any(sign in said for sign in NO_ROOM):
        return f"No space is left for it, or it is too large; what is served stays. ({said})"
    return said
