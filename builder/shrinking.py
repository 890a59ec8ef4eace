"""The gate's guard against knowledge that vanished: a third of it does not go without a person."""

from collections.abc import Sequence

from builder import edits
from builder.difference import Revisions
from builder.report import Check
from builder.wanted import Wanted
from knowledge.models import Quarantine
from retrieval.index import Index

FEW = 9  # documents may always go


def check(wanted: Wanted, served: Index | None, removed: Sequence[str]) -> Check:
    """Whether what is gone is little, or went by the act of a person.

    A second net: the folder's sync pauses before most of this. It is for many small losses that
    add up while a hold is in place, and for rows that a database lost.
    """
    before = served.revisions() if served else {}
    allowed = max(FEW, len(before) // 3)
    gone = _vanished(wanted, before, removed) if len(removed) > allowed else []
    passed = len(gone) <= allowed
    detail = f"{len(gone)} of {len(before)} served documents are gone without a person's act."
    if not removed:
        detail = "No served document is gone."
    elif len(removed) <= allowed:
        detail = f"{len(removed)} of {len(before)} served documents are gone, by whatever act."
    if not passed:
        detail += (
            f" At most {allowed} may be, such as {', '.join(gone[:3])}. If it is meant, activate"
            " the version anyway; if not, put the files back."
        )
    return Check("not_shrunk", passed, len(gone), allowed, detail, tuple(gone))


def _vanished(wanted: Wanted, before: Revisions, removed: Sequence[str]) -> list[str]:
    """Neither moved to another path, nor deleted or quarantined by a person."""
    texts = {sha256 for _, sha256 in wanted.snapshot.revisions.values()}
    told = {edit.path for edit in edits.latest(removed) if edit.moved_to or edit.is_a_persons}
    in_force = Quarantine.objects.filter(released_at=None)
    excused = told | set(in_force.values_list("document__path", flat=True))
    return [path for path in removed if path not in excused and before[path][1] not in texts]
