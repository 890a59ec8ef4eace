"""Questions and feedback as the import leaves them."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from questions.gathering import gather
from questions.models import Feedback, Gap, Question

_numbers = count()


def ask(question: str, *, answered: bool = False, version: int = 1, days: int = 0, **more):
    return Question.objects.create(
        identifier=f"{next(_numbers):032}", asked_at=timezone.now() - timedelta(days=days),
        question=question, answered=answered, version=version, slot="v1",
        generator="extractive", retrieval="hybrid", seconds=0.1, **more,
    )  # fmt: skip


def say(kind: str, question: str, comment: str = "", *, version: int = 1, days: int = 0):
    return Feedback.objects.create(
        identifier=f"{next(_numbers):032}", given_at=timezone.now() - timedelta(days=days),
        question=question, kind=kind, comment=comment, version=version,
    )  # fmt: skip


def gap_of(question: str, **more) -> Gap:
    """A question that nobody answered, in its gap."""
    asked = ask(question, **more)
    gather()
    asked.refresh_from_db()
    return asked.gap
