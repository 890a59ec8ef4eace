"""Why: some decisions are only taken with a reason, and the log keeps it."""

from retrieval.messages import worded
from routing.errors import ReasonNeeded


def given(reason: str) -> str:
    """The reason without the space around it; ReasonNeeded when nothing is left."""
    words = reason.strip()
    if not words:
        raise ReasonNeeded(worded("Say why: the reason is kept in the history."))
    return words
