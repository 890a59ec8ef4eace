"""What people asked lately, each question once; what did not help them comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.conf import settings

from questions.models import Feedback, Question

LOOKED_AT = 1_000  # of the newest questions: a version is compared within a moment


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was last asked, how often among the newest ones, and how often its answer
    was said not to help."""

    question: str
    times: int
    unhelpful: int = 0


def latest(number: int) -> list[Asked]:
    """The last distinct questions, those with a thumb down first, then the newest; case and white
    space make no difference."""
    if not settings.QUESTION_LOG or number < 1:
        return []
    asked = _counted(Question.objects.values_list("question", flat=True)[:LOOKED_AT])
    unhelpful = Feedback.objects.filter(kind=Feedback.Kind.UNHELPFUL)
    complained = _counted(unhelpful.values_list("question", flat=True)[:LOOKED_AT])
    return [
        Asked(
            (asked.get(same) or complained[same])[0],
            asked[same][1] if same in asked else 1,
            complained[same][1] if same in complained else 0,
        )
        for same in islice({**complained, **asked}, number)
    ]


def _counted(questions: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Each as it came first, and how often it came; in that order."""
    found: dict[str, tuple[str, int]] = {}
    for text in questions:
        same = " ".join(text.casefold().split())
        first, times = found.get(same, (text, 0))
        found[same] = first, times + 1
    return found
