"""Brings the knowledge folder and the database together, both ways, until neither has news."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from knowledge import asides, intake, pace, writer
from knowledge.comparison import Comparison, compare, compare_at
from knowledge.errors import CannotConfirm, PauseChanged
from knowledge.merge import Act
from knowledge.models import Document, FolderSync, Revision
from knowledge.needs import Need
from knowledge.scan import File, Unclear
from retrieval.files import locked
from retrieval.messages import worded

# A pass that left something (a file was typed in meanwhile) is followed by another; what is
# typed in faster than that is for the next reconcile.
PASSES = 5
BATCH = 100
LISTED = 200  # of the files that vanished, so many are named
DELETE, RESTORE = "delete", "restore"
MOST_HINTS = 50  # more are as well found by a scan

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class SyncReport:
    taken: int = 0  # revisions made from the folder, deletions among them
    written: int = 0  # files written or removed
    conflicts: int = 0
    paused: str = ""  # why nothing was done
    vanished: list[str] = field(default_factory=list)  # then: the documents whose files are gone
    seen: str = ""  # a sum of them, by which a person says what that means
    rejected: list[dict[str, str]] = field(default_factory=list)
    unwritten: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FolderState:
    """The folder against the database, now. Lists hold `{"path", "reason"}`."""

    in_sync: bool
    rejected: list[dict[str, str]]
    paused: dict[str, Any] | None  # {"reason", "since", "vanished"}
    conflicts: list[dict[str, Any]]  # {"path", "revision"}: the text that lost


def reconcile_folder(hinted: Collection[str] = (), *, routine: bool = False) -> SyncReport:
    """Scan, compare, apply both ways. One at a time on this machine; others wait.

    `hinted` are the paths that are said to have changed: when a look at these few explains it
    all, the other files are left to the schedule's scan. That is `routine`, and keeps its pace.
    """
    report = SyncReport()
    if routine and not pace.is_due():
        return report
    with locked(Path(settings.RUN_DIR) / "sync.lock"):
        if routine and not pace.is_due():  # it waited while another scanned
            return report
        if not _is_done_by_hints(hinted, report):
            with pace.measured():
                _reconcile_all(report)
    if report.taken or report.written:
        logger.info(
            "Folder: %d taken, %d written, %d conflicts",
            report.taken, report.written, report.conflicts,
        )  # fmt: skip
    return report


def _reconcile_all(report: SyncReport) -> None:
    for _ in range(PASSES):
        seen = compare()
        if seen.missing:
            seen.root.mkdir(parents=True, exist_ok=True)
        elif seen.paused or not _apply(seen, report):
            break
    report.paused = seen.paused
    report.vanished, report.seen = seen.vanished, seen.seen
    report.rejected = listed(seen.scan.rejected)
    _remember(report)


def _is_done_by_hints(hinted: Collection[str], report: SyncReport) -> bool:
    """Whatever is not plain (a file that is gone, a link, a pause) is for the whole scan."""
    last = FolderSync.objects.first()
    if not 0 < len(hinted) <= MOST_HINTS or last is None or last.paused_reason:
        return False
    try:
        seen = compare_at(hinted)
    except Unclear:
        return False
    return not _apply(seen, report) and not report.unwritten


def confirm(kind: str, *, actor: str, seen: str) -> SyncReport:
    """End a pause as a person says: DELETE believes the folder, RESTORE writes the files again.

    `seen` is FolderSync's `vanished_sum` as it was shown; PauseChanged when it is another by now,
    CannotConfirm for a folder that cannot be read. Each is one transaction, and what a reconcile
    makes of it afterwards: a crash in between leaves nothing half decided.
    """
    report = SyncReport()
    with locked(Path(settings.RUN_DIR) / "sync.lock"):
        found = compare()
        if found.unreadable:
            raise CannotConfirm(
                worded(
                    "%(paused)s Until it can be, nothing can be said of it.", paused=found.paused
                )
            )
        if not found.paused or found.seen != seen:
            raise PauseChanged(
                worded("The folder is not as it was shown any more. Nothing was done.")
            )
        _settle(found, kind, actor, report)
        _reconcile_all(report)
    return report


def _settle(found: Comparison, kind: str, actor: str, report: SyncReport) -> None:
    """After it, no file is missed any more: it is deleted, or was never there."""
    found.root.mkdir(parents=True, exist_ok=True)
    gone = [need for need in found.needs if need.file is None]
    with transaction.atomic():
        if kind == DELETE:
            buried = [need for need in gone if need.act is Act.BURY]
            report.taken += intake.take_in(found.root, buried, intake.on_behalf_of(actor))
        elif kind == RESTORE:
            intake.agree(gone)
        else:
            raise ValueError(kind)
    logger.warning("%s said what the pause was about: %s %d.", actor, kind, len(found.vanished))


def compare_folder() -> FolderState:
    """Whether folder and database hold the same now; reads only."""
    last = FolderSync.objects.first()
    seen = compare()
    since = last.paused_since if last and last.paused_since else timezone.now()
    waiting = {need.path for need in seen.by(Act.WRITE, Act.REMOVE)}
    unwritten = [item for item in last.unwritten if item["path"] in waiting] if last else []
    conflicts = Document.objects.filter(conflict__isnull=False).order_by("path")
    return FolderState(
        in_sync=bool(last) and not (seen.paused or seen.missing or seen.differs),
        rejected=listed(seen.scan.rejected) + unwritten,
        paused=_pause(seen, since) if seen.paused else None,
        conflicts=[
            {"path": path, "revision": number}
            for path, number in conflicts.values_list("path", "conflict__number")
        ],
    )


def _pause(seen: Comparison, since: datetime) -> dict[str, Any]:
    return {"reason": seen.paused, "since": since.isoformat(), "vanished": len(seen.vanished)}


def listed(reasons: dict[str, str]) -> list[dict[str, str]]:
    return [{"path": path, "reason": reasons[path]} for path in sorted(reasons)]


def _apply(seen: Comparison, report: SyncReport) -> bool:
    """Do what the comparison says; True when another pass has something left to do."""
    report.unwritten = []
    asides.clear(seen.root, seen.scan.asides)
    intake.agree(seen.by(Act.AGREE))
    # Deletions first: a file may have made way for a folder of its name, or the reverse.
    incoming = seen.by(Act.BURY) + seen.by(Act.MOVE) + seen.by(Act.TAKE, Act.CONFLICT)
    taken = intake.take_in(seen.root, incoming)
    report.taken += taken
    report.conflicts += len(seen.by(Act.CONFLICT))
    outgoing = seen.by(Act.REMOVE) + seen.by(Act.WRITE)
    left = sum(
        _put_out(seen.root, outgoing[start : start + BATCH], report)
        for start in range(0, len(outgoing), BATCH)
    )
    return bool(left) or taken < len(incoming) or bool(seen.by(Act.CONFLICT))


def _put_out(root: Path, needs: list[Need], report: SyncReport) -> int:
    """Write or remove some files, then remember that they agree; returns how many were left."""
    live = [need.row.revision_id for need in needs if need.row and need.row.revision_id]
    bodies = dict(Revision.objects.filter(id__in=live).order_by().values_list("id", "body"))
    done = []
    left = 0
    for need in needs:
        try:
            if agreed := _put(root, need, bodies):
                done.append(agreed)
            else:
                left += 1
        except writer.Unwritable as error:
            report.unwritten.append({"path": need.path, "reason": str(error)})
    intake.agree(done)
    report.written += len(done)
    return left


def _put(root: Path, need: Need, bodies: dict[int, str]) -> Need | None:
    """Write or remove one file; returns what is agreed now, None when it was typed in meanwhile."""
    row = need.row
    if row is None:
        return None
    name = need.file.name if need.file else need.path
    base = need.file.sha256 if need.file else ""
    if need.act is Act.REMOVE:
        removed = writer.remove(root, name, row.place_id, base)
        return Need(need.path, Act.AGREE, row, None) if removed else None
    data = bodies[row.revision_id or 0].encode()
    if not writer.write(root, name, row.place_id, data, base):
        return None
    # Written this instant, so its stat is not to be trusted yet: the next scan reads it once.
    return Need(need.path, Act.AGREE, row, File(name, "", row.live, 0))


def _remember(report: SyncReport) -> None:
    last = FolderSync.objects.first() or FolderSync(id=1)
    before = (last.rejected, last.unwritten, last.paused_reason, last.vanished_sum)
    state = (report.rejected, report.unwritten, report.paused, report.seen)
    if last._state.adding or state != before:
        _tell(report, last)
        last.rejected, last.unwritten, last.paused_reason, last.vanished_sum = state
        last.vanished, last.vanished_count = report.vanished[:LISTED], len(report.vanished)
        since = last.paused_since or timezone.now()
        last.paused_since = since if report.paused else None
        last.save()


def _tell(report: SyncReport, last: FolderSync) -> None:
    if report.paused and report.paused != last.paused_reason:
        logger.warning("The folder's sync is paused: %s", report.paused)
    if last.paused_reason and not report.paused:
        logger.info("The folder's sync goes on.")
    for item in report.rejected + report.unwritten:
        if item not in last.rejected + last.unwritten:
            logger.warning("Not a document: %(path)s: %(reason)s", item)
