"""Puts questions that nobody answered, and feedback that says so, into gaps.

In the order in which they were asked: each joins the gap that it is most like (the older of two
that are equally alike), or begins one. So the same rows give the same gaps.
"""

from collections import defaultdict
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet

from questions import alike, counting
from questions.models import Feedback, Gap, GapTerm, Question
from retrieval.files import locked

AT_ONCE = 50  # in a transaction: nobody else who writes waits for long
CANDIDATES = 20

Asking = Question | Feedback


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


@transaction.atomic
def _gather_some() -> int:
    askings: list[Asking] = [*_unanswered()[:AT_ONCE], *_dissatisfied()[:AT_ONCE]]
    askings.sort(key=lambda asking: (_time(asking), isinstance(asking, Feedback), asking.pk))
    into: dict[int, list[Asking]] = defaultdict(list)
    for asking in islice(askings, AT_ONCE):
        into[_gap_of(asking)].append(asking)
    for gap, joined in into.items():
        for model in (Question, Feedback):
            keys = [asking.pk for asking in joined if isinstance(asking, model)]
            model.objects.filter(pk__in=keys).update(gap=gap)
    counting.count(into)
    for gap, joined in into.items():
        counting.asked_again(gap, max(joined, key=lambda asking: asking.version))
    return sum(map(len, into.values()))


def _gap_of(asking: Asking) -> int:
    words = alike.words_of(asking.question)
    same = Gap.objects.filter(key=alike.key_of(words)).order_by("id")
    found = same.values_list("pk", flat=True).first()
    return found or _most_alike(words) or _begin(asking, words)


def _most_alike(words: frozenset[str]) -> int | None:
    """Of the gaps that share enough words to be alike."""
    fewest = -(-len(words) * 4 // 5)  # ALIKE of them, rounded up
    sharing = (
        GapTerm.objects.filter(term__in=words)
        .values("gap")
        .annotate(shared=Count("id"))
        .filter(shared__gte=fewest, gap__size__lte=len(words) * 5 // 4)
        .order_by("-shared", "gap")[:CANDIDATES]
    )
    theirs: dict[int, set[str]] = defaultdict(set)
    candidates = [row["gap"] for row in sharing]
    for gap, term in GapTerm.objects.filter(gap__in=candidates).values_list("gap", "term"):
        theirs[gap].add(term)
    likeness = {gap: alike.likeness(words, theirs[gap]) for gap in candidates}
    best = min(candidates, key=lambda gap: (-likeness[gap], gap), default=None)
    return best if best is not None and likeness[best] >= alike.ALIKE else None


def _begin(asking: Asking, words: frozenset[str]) -> int:
    gap = Gap.objects.create(
        question=asking.question,
        folded=alike.folded(asking.question),
        language=asking.language if isinstance(asking, Question) else "",
        first_asked=_time(asking),
        last_asked=_time(asking),
        **_named(words),
    )
    _write_terms(gap, words)
    return gap.pk


@transaction.atomic
def _analyse_again() -> bool:
    """The words of some gaps, by the analyser of now; their questions stay where they are."""
    outdated = list(_outdated()[:AT_ONCE])
    for gap in outdated:
        words = alike.words_of(gap.question)
        gap.terms.all().delete()
        _write_terms(gap, words)
        Gap.objects.filter(pk=gap.pk).update(**_named(words))
    return bool(outdated)


def _named(words: frozenset[str]) -> dict[str, str | int]:
    return {"key": alike.key_of(words), "size": len(words), "analyser": alike.ANALYSER}


def _write_terms(gap: Gap, words: frozenset[str]) -> None:
    GapTerm.objects.bulk_create(GapTerm(gap=gap, term=word) for word in sorted(words))


def _time(asking: Asking) -> datetime:
    return asking.asked_at if isinstance(asking, Question) else asking.given_at
