"""Which part of a chunk answers what is wanted: its units, scored."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache

from backend import units
from backend.intents import ANY, Kind
from backend.relevance import Wanted
from backend.units import CELL, CODE, HEADING, ITEM, LABEL, SENTENCE, Unit
from retrieval import analysis
from retrieval.index import Hit

CONTEXT_WEIGHT = 0.6  # a word in the headings above a unit, against one in the unit itself
CHUNK_WEIGHT = 0.3
FIRST_BONUS = 0.05
KIND_BONUS = 0.85  # for standing under a heading that answers this kind of question
TITLE_BONUS = 0.3  # under one that names what is asked, and little else
QUESTION_COST = 0.4  # a document's own question is no answer
LINK_COST = 0.25  # what begins with a link, or with "See", says where to read on
ECHO_COST = 0.4  # what says no more than the question is no answer
LONG_CODE = 800  # characters: a whole file, which holds any word
TITLED = 0.6  # the share of what is wanted in a heading that names the question's subject
DEFINING_BONUS = 0.2  # for "X is …", asked what X is
SUPPORTED = 0.6  # the share of an answer's content that a chunk holds when the answer is from it
SEPARATOR = " > "
POINTER = re.compile(
    r"(?:[-*+]\s+|\d+[.)]\s+)?(?:!?\[[^\]]+\]\(|\W*(?:also )?(?:see|read|refer to|take a look"
    r"|look at|check out|consult|find|learn more|for (?:more|further|details|instructions)"
    r"|more information|voir|consultez|retrouvez|pour (?:en savoir )?plus)\b.*\]\()",
    re.IGNORECASE | re.DOTALL,
)
DEFINING = re.compile(
    r"\W*(?:an?\s|the\s|une?\s|l[ae]s?\s|l['’])?\s*(?P<what>(?:[\w.'’-]+\s+){1,3}?)(?:\([^)]*\)\s*)?"
    r"(?:is|are|means|refers to|est|sont|désigne|signifie)\b",
    re.IGNORECASE,
)
IMAGE = re.compile(r"[\W_]*(?:!\[[^\]]*\]\([^)]*\)[\W_]*)+$")


@dataclass(frozen=True, slots=True)
class Part:
    """A unit of a hit as an answer. `own` is the share of what is wanted that it holds itself,
    `whole` with the headings above it, `share` between the two; `score` counts all signs."""

    hit: Hit
    units: Sequence[Unit]
    at: int
    heading: str
    titled: bool  # the heading above it names what is asked, or its kind
    along: bool  # it says what the reader of the answer will want next
    own: float
    whole: float
    share: float
    score: float
    names: AbstractSet[str]  # that are wanted, and held by it or its headings

    @property
    def unit(self) -> Unit:
        return self.units[self.at]

    @property
    def text(self) -> str:
        return self.hit.text[self.unit.start : self.unit.end]

    @property
    def section(self) -> str:
        """Where it stands: a chunk of several short sections says only what they share."""
        path = self.hit.section.split(SEPARATOR) if self.hit.section else []
        inside = [self.heading] if self.heading and self.heading not in path else []
        return SEPARATOR.join([*path, *inside])

    @property
    def by_heading(self) -> bool:
        """What is wanted stands above it: it answers together with its neighbours."""
        return self.own < self.whole


@dataclass(frozen=True, slots=True)
class _Above:
    """The terms of the headings that a unit stands under, and of the nearest alone."""

    all: AbstractSet[str]
    near: AbstractSet[str]  # of the one above the nearest, too
    nearest: AbstractSet[str]
    heading: str = ""  # one inside the chunk


def parts(hit: Hit, wanted: Wanted, kind: Kind = ANY) -> Iterator[Part]:
    """Each unit of a hit that can be quoted, as an answer to this kind of question."""
    split = units.split(hit.text)
    path = hit.section.split(SEPARATOR)
    near = terms("\n".join(path[1:][-2:] or path))
    above = _Above(terms(f"{hit.title}\n{hit.section}"), near, terms(path[-1]))
    current, first = above, True
    for at, unit in enumerate(split):
        text = hit.text[unit.start : unit.end]
        own = terms(text)
        if unit.kind == HEADING:
            current, first = _Above(above.all | own, own, own, units.heading(text)), True
        elif unit.kind == LABEL:
            current = replace(current, all=current.all | own)
        elif own and not IMAGE.match(text):
            yield _part(hit, split, at, current, wanted, kind, first)
            first = False


def _part(
    hit: Hit, split: Sequence[Unit], at: int, above: _Above, wanted: Wanted, kind: Kind, first: bool
) -> Part:
    text = hit.text[split[at].start : split[at].end]
    own_terms = terms(text)
    own, whole = wanted.coverage(own_terms), wanted.coverage(own_terms | above.all)
    share = own + CONTEXT_WEIGHT * (whole - own)
    named = wanted.coverage(above.nearest) * _precision(above.nearest, wanted)
    fits = bool(above.near & kind.headings)
    score = share + CHUNK_WEIGHT * hit.score + FIRST_BONUS * first + TITLE_BONUS * named
    score += DEFINING_BONUS * (kind.defines and _defines(text, wanted))
    score += KIND_BONUS * fits * wanted.coverage(above.all)
    score -= _cost(split[at], text, own_terms, wanted, kind)
    titled = fits or (own < TITLED <= wanted.coverage(above.nearest))
    along = bool(above.near & kind.along)
    names = wanted.identifiers() & (own_terms | above.all)
    return Part(hit, split, at, above.heading, titled, along, own, whole, share, score, names)


def _defines(text: str, wanted: Wanted) -> bool:
    found = DEFINING.match(text)
    return found is not None and wanted.coverage(terms(found["what"])) >= TITLED


def _precision(heading: AbstractSet[str], wanted: Wanted) -> float:
    """How much of a heading is of what is wanted."""
    return len(heading & wanted.terms()) / len(heading) if heading else 0.0


def _cost(unit: Unit, text: str, own: AbstractSet[str], wanted: Wanted, kind: Kind) -> float:
    """Of what is no answer for its form."""
    if text.rstrip("*_ ").endswith("?"):
        return QUESTION_COST
    if kind.asks and own <= wanted.terms() and unit.kind in (SENTENCE, ITEM, CELL):
        return ECHO_COST
    if unit.kind == CODE and len(text) > LONG_CODE:
        return LINK_COST
    return LINK_COST * (POINTER.match(text) is not None)


def supporting(wanted: Wanted, hits: Sequence[Hit]) -> list[int]:
    """The number (from 1) of the hit that holds what an answer says, if there is one."""
    shares = [wanted.coverage(terms(hit.text)) for hit in hits]
    best = max(shares, default=0.0)
    return [shares.index(best) + 1] if best >= SUPPORTED else []


@lru_cache(maxsize=8192)
def terms(text: str) -> AbstractSet[str]:
    """The terms of a text; the parts that are asked about most are analysed once."""
    return frozenset(analysis.terms(text))
