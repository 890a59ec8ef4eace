"""What an answer refers to: the document, its revision, and words that stand in it as quoted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from retrieval.index import Hit


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
class Finished:
    """The whole answer, with the citations that it used; none when it isn't answered."""

    text: str
    answered: bool
    citations: tuple[Citation, ...] = ()


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


def as_dicts(citations: Sequence[Citation]) -> list[dict[str, Any]]:
    return [asdict(citation) for citation in citations]
