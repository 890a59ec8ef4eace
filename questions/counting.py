"""What a gap's questions and feedback add up to, counted anew when they become more or fewer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q

from questions.models import Feedback, Gap, Question

AT_ONCE = 500
COUNTED = ["asked", "reported", "first_asked", "last_asked", "checked_in"]
REOPENED = "Asked again, and not answered in #{}."


def count(gaps: Iterable[int]) -> None:
    """Those that nothing is left of are forgotten."""
    keys = sorted(gaps)
    for start in range(0, len(keys), AT_ONCE):
        _count_some(keys[start : start + AT_ONCE])


def forget(before: datetime) -> None:
    """The questions asked before were deleted just now: what is left of their gaps."""
    count(Gap.objects.filter(first_asked__lt=before).values_list("pk", flat=True))


def note(joined: Mapping[int, Sequence[Question | Feedback]]) -> None:
    """What those who asked last tell of each gap, by its number."""
    for gap, askings in joined.items():
        found = [each.nearest for each in askings if isinstance(each, Question) and each.nearest]
        if found:
            Gap.objects.filter(pk=gap).update(nearest=found[-1])
    answered = Gap.objects.filter(pk__in=list(joined), state=Gap.State.ANSWERED)
    for pk in answered.values_list("pk", flat=True):
        _asked_again(pk, max(asking.version for asking in joined[pk]))


@transaction.atomic
def _count_some(keys: list[int]) -> None:
    asked = _totals(Question, "asked_at", keys)
    said = _totals(Feedback, "given_at", keys)
    left = asked.keys() | said.keys()
    Gap.objects.filter(pk__in=[key for key in keys if key not in left]).delete()
    gaps = list(Gap.objects.select_for_update().filter(pk__in=left))
    for gap in gaps:
        totals = [found[gap.pk] for found in (asked, said) if gap.pk in found]
        unhelpful = said[gap.pk]["unhelpful"] if gap.pk in said else 0
        gap.asked = max(1, (asked[gap.pk]["rows"] if gap.pk in asked else 0) + unhelpful)
        gap.reported = said[gap.pk]["rows"] if gap.pk in said else 0
        gap.first_asked = min(total["first"] for total in totals)
        gap.last_asked = max(total["last"] for total in totals)
        gap.checked_in = max(gap.checked_in, *(total["version"] for total in totals))
    # They are there and locked, so nothing is created: `bulk_update` takes five times as long.
    Gap.objects.bulk_create(
        gaps, update_conflicts=True, unique_fields=["id"], update_fields=COUNTED, batch_size=40
    )


def _totals(
    model: type[Question | Feedback], time: str, keys: list[int]
) -> dict[int, dict[str, Any]]:
    unhelpful = {"unhelpful": Count("id", filter=Q(kind=Feedback.Kind.UNHELPFUL))}
    found = model._default_manager.filter(gap__in=keys).order_by().values("gap").annotate(
        rows=Count("id"), first=Min(time), last=Max(time), version=Max("version"),
        **(unhelpful if model is Feedback else {}),
    )  # fmt: skip
    return {row["gap"]: dict(row) for row in found}


def _asked_again(gap: int, version: int) -> None:
    """A gap that was answered is open again when a version from then on does not answer it."""
    Gap.objects.filter(pk=gap, state=Gap.State.ANSWERED, answered_in__lte=version).update(
        state=Gap.State.OPEN, decided_by="", decided_at=None, reason=REOPENED.format(version)
    )
