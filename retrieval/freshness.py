"""Until when a document may be trusted, and who answers for it: two keys of its front matter.

Nothing is kept for this in an index: a version holds the texts, so it can tell at any time.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from retrieval.markdown import FRONT_MATTER_CHARACTERS, content_start, front_matter
from retrieval.messages import worded
from retrieval.plain import folded

REVIEW_BY, OWNER = "review_by", "owner"
OWNER_CHARACTERS = 150
HEAD_CHARACTERS = FRONT_MATTER_CHARACTERS + 10  # more than front matter that counts, and its BOM

UNREADABLE = worded("The front matter is not readable YAML, so nothing in it counts.")
NOT_A_DAY = worded("%(key)s is not a day such as 2026-12-31, so it does not count.", key=REVIEW_BY)
NOT_A_NAME = worded("%(key)s is not a name, so it does not count.", key=OWNER)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.A)


@dataclass(frozen=True, slots=True)
class Freshness:
    """`problems` are for whoever wrote the document; what has one is as if it were not there."""

    review_by: date | None = None
    owner: str = ""
    problems: tuple[str, ...] = ()

    def is_overdue(self, today: date) -> bool:
        return self.review_by is not None and self.review_by < today


def read(body: str) -> Freshness:
    """What a text says; its first HEAD_CHARACTERS are enough."""
    head = body[:HEAD_CHARACTERS]
    if REVIEW_BY not in head and OWNER not in head:  # nearly all: YAML takes a millisecond
        return Freshness()
    values = front_matter(head)
    if not values:
        return Freshness(problems=(UNREADABLE,) if content_start(head) > 1 else ())
    review_by, owner = _day(values.get(REVIEW_BY)), _name(values.get(OWNER))
    problems = [
        problem
        for key, found, problem in ((REVIEW_BY, review_by, NOT_A_DAY), (OWNER, owner, NOT_A_NAME))
        if values.get(key) is not None and not found
    ]
    return Freshness(review_by, owner, tuple(problems))


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:  # that month has no such day
        return None


def _name(value: Any) -> str:
    return folded(value)[:OWNER_CHARACTERS].rstrip() if isinstance(value, str) else ""
