"""What an answer refers to: the document, its revision, and words that stand in it as quoted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from retrieval.index import Hit, Index


@dataclass(frozen=True, slots=True)
class Citation:
    document: str
    revision: int
    title: str
    section: str
    quote: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """The citations known before the first word of the answer."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer's text; all of them joined are the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Fallback:
    """Which generator should have answered, and why it did not."""

    generator: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The whole answer, with the citations that it used; none when it isn't answered.

    `confidence` is how sure it is that the documents answer, before anything is worded; `nearest`
    what comes near when they don't. `unsupported` are sentences of the text whose citation does not
    hold, None where nothing is worded by a machine. `generator` and `fallback` are given where
    another one answered in the generator's place.
    """

    text: str
    answered: bool
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    unsupported: tuple[str, ...] | None = None
    confidence: float = 0.0
    generator: str = ""
    fallback: Fallback | None = None


Event = Found | Token | Finished


def cite(hit: Hit, section: str, quote: str) -> Citation:
    """A citation of words of a hit; `quote` must be a part of its text."""
    return Citation(
        document=hit.document,
        revision=hit.revision,
        title=hit.title,
        section=section,
        quote=quote,
        score=round(hit.score, 4),
    )


def as_dicts(citations: Sequence[Citation], index: Index) -> list[dict[str, Any]]:
    return [{**asdict(cited), **freshness(index, cited.document)} for cited in citations]


def freshness(index: Index, path: str) -> dict[str, Any]:
    """`review_by`, `owner` where the document names them, `overdue` (today, in UTC) when it is."""
    told = index.freshness(path)
    found: dict[str, Any] = {}
    if told.review_by:
        found["review_by"] = told.review_by.isoformat()
    if told.owner:
        found["owner"] = told.owner
    if told.is_overdue(datetime.now(UTC).date()):
        found["overdue"] = True
    return found
