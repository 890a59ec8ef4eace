"""What the questions package refuses, and why.

QuestionsError
├── NoSuchGap
├── GapDecided
└── ReasonNeeded
"""


class QuestionsError(Exception):
    """Something about a gap that the caller has to know; the message is for people."""

    code = "questions"


class NoSuchGap(QuestionsError):
    """There is no gap of that number, or all of its questions are forgotten by now."""

    code = "gap_not_found"


class GapDecided(QuestionsError):
    """Someone else decided on the gap meanwhile, or it is in that state already."""

    code = "gap_decided"


class ReasonNeeded(QuestionsError):
    """Whoever looks at the list later wants to know why."""

    code = "reason_needed"
