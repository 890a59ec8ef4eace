"""What becomes of a gap: each decision compares the state and sets it, with who, when and why."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from questions import alike
from questions.errors import GapDecided, NoSuchGap, ReasonNeeded
from questions.models import Gap
from retrieval.messages import worded

State = Gap.State
LONGEST_REASON = 500
TO_DO = (State.OPEN, State.STARTED)
_STATES = {
    State.OPEN: worded("open"),
    State.STARTED: worded("document started"),
    State.ANSWERED: worded("answered now"),
    State.DISMISSED: worded("dismissed"),
}


def get(pk: int) -> Gap:
    found = Gap.objects.filter(pk=pk).first()
    if found is None:
        raise NoSuchGap(f"There is no gap {pk}: it never was, or its questions are forgotten.")
    return found


def matching(found: QuerySet[Gap], sought: str) -> QuerySet[Gap]:
    """Those whose question holds each word, whatever its case and accents."""
    for word in alike.folded(sought.replace("\0", " "))[:200].split():
        found = found.filter(folded__contains=word)
    return found


def start(pk: int, *, actor: str, document: str) -> Gap:
    """Someone begins to write the document; who begins later takes over."""
    return _decide(pk, State.STARTED, TO_DO, actor=actor, document=document, reason="")


def dismiss(pk: int, *, actor: str, reason: str) -> Gap:
    """Nothing shall be written; it stays so however often it is asked."""
    reason = reason.strip()
    if not reason:
        raise ReasonNeeded(worded("Say why: whoever looks at it later wants to know."))
    if len(reason) > LONGEST_REASON:
        raise ReasonNeeded(
            worded(
                "The reason is too long: %(limit)s characters are the most.", limit=LONGEST_REASON
            )
        )
    return _decide(pk, State.DISMISSED, (*TO_DO, State.ANSWERED), actor=actor, reason=reason)


def reopen(pk: int, *, actor: str) -> Gap:
    others = (State.STARTED, State.ANSWERED, State.DISMISSED)
    return _decide(pk, State.OPEN, others, actor=actor, reason="", answered_in=None)


def answered(pk: int, *, version: int, document: str) -> bool:
    """The version answers it from that document; False when someone decided meanwhile."""
    changed = Gap.objects.filter(pk=pk, state__in=TO_DO).update(
        state=State.ANSWERED, answered_in=version, document=document, checked_in=version,
        decided_by="", decided_at=timezone.now(), reason="",
    )  # fmt: skip
    return bool(changed)


def unanswered(pk: int, *, version: int, nearest: Iterable[str]) -> None:
    """It was asked of the version, which does not answer it."""
    Gap.objects.filter(pk=pk, checked_in__lt=version).update(checked_in=version)
    if found := list(nearest):
        Gap.objects.filter(pk=pk).update(nearest=found)


def probed(pk: int, probe: int) -> None:
    """A probe was made of it."""
    Gap.objects.filter(pk=pk).update(probe=probe)


def to_check(version: int) -> QuerySet[Gap]:
    """Those that may be answered in this version: where someone writes first, then the longest
    not looked at."""
    waiting = Gap.objects.filter(state__in=TO_DO, checked_in__lt=version)
    return waiting.order_by("-state", "checked_in", "id")  # "started" is after "open"


def open_ones() -> QuerySet[Gap]:
    return Gap.objects.filter(state=State.OPEN)


def _decide(pk: int, to: str, allowed: Iterable[str], *, actor: str, **told: object) -> Gap:
    changed = Gap.objects.filter(pk=pk, state__in=list(allowed)).update(
        state=to, decided_by=actor, decided_at=timezone.now(), **told
    )
    gap = get(pk)
    if not changed:
        raise GapDecided(_is_so_already(gap))
    return gap


def _is_so_already(gap: Gap) -> str:
    state = _STATES[State(gap.state)]
    if not gap.decided_by:
        return worded("It is %(state)s already; nothing was done.", state=state)
    return worded(
        "It is %(state)s by %(who)s already; nothing was done.", state=state, who=gap.decided_by
    )
