"""Puts questions that nobody answered, and feedback that says so, into gaps.

In the order in which they were asked: each joins the gap that it is most like (the older of two
that are equally alike), or begins one. So the same rows give the same gaps.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet

from questions import alike, counting
from questions.models import Feedback, Gap, GapTerm, Question
from retrieval.files import locked

AT_ONCE = 50  # in a transaction: nobody else who writes waits for long
CANDIDATES = 20

Asking = Question | Feedback


@dataclass(eq=False, slots=True)
class Begun:
    """A gap that is still to be written."""

    asking: Asking
    words: frozenset[str]


def gather() -> int:
    """All that is in no gap yet; returns how many there were.

    Under a lock: two at once would begin the same gap twice.
    """
    if not (_unanswered().exists() or _dissatisfied().exists() or _outdated().exists()):
        return 0
    gathered = 0
    with locked(settings.RUN_DIR / "gaps.lock"):
        while _analyse_again():
            pass
        while count := _gather_some():
            gathered += count
    return gathered


def _unanswered() -> QuerySet[Question]:
    return Question.objects.filter(answered=False, gap=None).order_by("asked_at", "id")


def _dissatisfied() -> QuerySet[Feedback]:
    found = Feedback.objects.filter(kind__in=Feedback.DISSATISFIED, gap=None)
    return found.order_by("given_at", "id")


def _outdated() -> QuerySet[Gap]:
    """Those whose words another analyser made."""
    return Gap.objects.exclude(analyser=alike.ANALYSER).order_by("id")


def _gather_some() -> int:
    """The looking is done before the transaction, which only writes."""
    askings: list[Asking] = [*_unanswered()[:AT_ONCE], *_dissatisfied()[:AT_ONCE]]
    askings.sort(key=lambda asking: (_time(asking), isinstance(asking, Feedback), asking.pk))
    askings = askings[:AT_ONCE]
    with_words = [alike.words_of(asking.question) for asking in askings]
    same = _of_the_same_words(with_words)
    begun: list[Begun] = []
    into: list[int | Begun] = []
    for asking, words in zip(askings, with_words, strict=True):
        key = alike.key_of(words)
        gap = same.get(key) or _most_alike(words, begun)
        if gap is None:
            gap = same[key] = Begun(asking, words)
            begun.append(gap)
        into.append(gap)
    _write(askings, into, begun)
    return len(askings)


def _of_the_same_words(several: Sequence[frozenset[str]]) -> dict[str, int | Begun]:
    keys = {alike.key_of(words) for words in several}
    found = Gap.objects.filter(key__in=keys).order_by("-id").values_list("key", "id")
    return dict(found)  # of two, the older


def _most_alike(words: frozenset[str], begun: Sequence[Begun]) -> int | Begun | None:
    """Of all that share enough words to be alike, older ones first."""
    candidates: list[tuple[int | Begun, AbstractSet[str]]] = [
        *_sharing(words).items(),
        *((one, one.words) for one in begun),
    ]
    likeness = [alike.likeness(words, theirs) for _, theirs in candidates]
    best = max(likeness, default=0.0)
    return candidates[likeness.index(best)][0] if best >= alike.ALIKE else None


def _sharing(words: frozenset[str]) -> dict[int | Begun, set[str]]:
    """Gaps that may be alike, with their words."""
    fewest = -(-len(words) * 4 // 5)  # ALIKE of them, rounded up
    sharing = (
        GapTerm.objects.filter(term__in=words, gap__size__lte=len(words) * 5 // 4)
        .values("gap")
        .annotate(shared=Count("id"))
        .filter(shared__gte=fewest)
        .order_by("-shared", "gap")
        .values_list("gap", flat=True)[:CANDIDATES]
    )
    candidates = sorted(sharing)
    theirs: dict[int | Begun, set[str]] = {gap: set() for gap in candidates}
    if candidates:
        for gap, term in GapTerm.objects.filter(gap__in=candidates).values_list("gap", "term"):
            theirs[gap].add(term)
    return theirs


@transaction.atomic
def _write(askings: Sequence[Asking], into: Sequence[int | Begun], begun: Sequence[Begun]) -> None:
    new = dict(zip(begun, _begin(begun), strict=True))
    joined: dict[int, list[Asking]] = {}
    for asking, gap in zip(askings, into, strict=True):
        asking.gap_id = new[gap] if isinstance(gap, Begun) else gap
        joined.setdefault(asking.gap_id, []).append(asking)
    Question.objects.bulk_update([each for each in askings if isinstance(each, Question)], ["gap"])
    Feedback.objects.bulk_update([each for each in askings if isinstance(each, Feedback)], ["gap"])
    counting.count(joined)
    counting.note(joined)


def _begin(begun: Sequence[Begun]) -> list[int]:
    gaps = Gap.objects.bulk_create(
        Gap(
            question=one.asking.question,
            folded=alike.folded(one.asking.question),
            language=one.asking.language if isinstance(one.asking, Question) else "",
            first_asked=_time(one.asking),
            last_asked=_time(one.asking),
            **_named(one.words),
        )
        for one in begun
    )
    terms = ((gap, word) for gap, one in zip(gaps, begun, strict=True) for word in one.words)
    GapTerm.objects.bulk_create(GapTerm(gap=gap, term=word) for gap, word in terms)
    return [gap.pk for gap in gaps]


@transaction.atomic
def _analyse_again() -> bool:
    """The words of some gaps, by the analyser of now; their questions stay where they are."""
    outdated = list(_outdated()[:AT_ONCE])
    for gap in outdated:
        words = alike.words_of(gap.question)
        gap.terms.all().delete()
        GapTerm.objects.bulk_create(GapTerm(gap=gap, term=word) for word in words)
        Gap.objects.filter(pk=gap.pk).update(**_named(words))
    return bool(outdated)


def _named(words: frozenset[str]) -> dict[str, str | int]:
    return {"key": alike.key_of(words), "size": len(words), "analyser": alike.ANALYSER}


def _time(asking: Asking) -> datetime:
    return asking.asked_at if isinstance(asking, Question) else asking.given_at
