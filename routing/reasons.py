"""Why: some decisions are only taken with a reason, and the log keeps it."""

from django.utils.translation import gettext, pgettext_lazy

from retrieval.messages import worded
from routing.errors import ReasonNeeded

# As the log keeps them, in English whoever chose; the form has them as buttons.
CHOICES = {
    "wrong answer": pgettext_lazy("reason", "wrong answer"),
    "bad edit": pgettext_lazy("reason", "bad edit"),
    "slow or failing": pgettext_lazy("reason", "slow or failing"),
    "drill": pgettext_lazy("reason", "drill"),
}


def given(reason: str) -> str:
    """The reason without the space around it; ReasonNeeded when nothing is left."""
    words = reason.strip()
    if not words:
        raise ReasonNeeded(worded("Say why: the reason is kept in the history."))
    return words


def shown(reason: str) -> str:
    """As it is kept, but for the choice that it begins with: that is in the reader's language."""
    choice, colon, note = reason.partition(": ")
    if choice not in CHOICES:
        return reason
    words = str(CHOICES[choice])
    return gettext("%(choice)s: %(note)s") % {"choice": words, "note": note} if colon else words
