"""What people asked lately, each question once."""

from dataclasses import dataclass

from django.conf import settings

from questions.models import Question

LOOKED_AT = 1_000  # of the newest questions: a version is compared within a moment


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was last asked, and how often among the newest ones."""

    question: str
    times: int


def latest(number: int) -> list[Asked]:
    """The last distinct questions, the newest first; case and white space make no difference."""
    if not settings.QUESTION_LOG or number < 1:
        return []
    found: dict[str, Asked] = {}
    for text in Question.objects.values_list("question", flat=True)[:LOOKED_AT]:
        same = " ".join(text.casefold().split())
        before = found.get(same)
        found[same] = Asked(before.question, before.times + 1) if before else Asked(text, 1)
    return list(found.values())[:number]
