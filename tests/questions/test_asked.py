"""What people asked lately: each once, with how often."""

import pytest
from django.utils import timezone

from questions.asked import Asked, latest
from questions.models import Question
from tests.questions.asking import say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked():
    at = timezone.now()
    for number, text in enumerate(["Old?", "Where  is it?", "where is IT?", "Why?", "Why?"]):
        Question.objects.create(
            identifier=str(number), asked_at=at.replace(microsecond=number), question=text,
            answered=True, version=1, slot="v1", generator="", retrieval="", seconds=0,
        )  # fmt: skip


def test_each_comes_once_the_newest_first():
    assert latest(9) == [Asked("Why?", 2), Asked("where is IT?", 2), Asked("Old?", 1)]
    assert latest(2) == [Asked("Why?", 2), Asked("where is IT?", 2)]


def test_what_did_not_help_comes_first():
    """The newest thumb down before the older one, also where the question itself is forgotten."""
    say("unhelpful", "old?")
    say("unhelpful", "Forgotten?")
    say("unhelpful", "Old?")
    say("helpful", "Why?")
    say("gap", "Why?")
    assert latest(9) == [
        Asked("Old?", 1, 2), Asked("Forgotten?", 1, 1), Asked("Why?", 2), Asked("where is IT?", 2),
    ]  # fmt: skip
    assert latest(1) == [Asked("Old?", 1, 2)]


def test_none_when_questions_are_not_kept(settings):
    settings.QUESTION_LOG = False
    assert latest(9) == []
