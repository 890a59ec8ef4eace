"""Which part of a chunk answers what is wanted: its units scored, and the span that reads whole."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from backend import units
from backend.citations import Citation, cite
from backend.relevance import Wanted
from backend.units import CODE, HEADING, ITEM, SENTENCE, TABLE, Unit
from retrieval import analysis
from retrieval.index import Hit

CONTEXT_WEIGHT = 0.6  # a word in the headings above a unit, against one in the unit itself
CHUNK_WEIGHT = 0.3
FIRST_BONUS = 0.05
HEADING_BONUS = 0.45  # for standing under a heading that answers this kind of question
QUESTION_COST = 0.4  # a document's own question is no answer
LINK_COST = 0.25  # what begins with a link says where to read on
LONGEST_SPAN = 1500
LONGEST_PARAGRAPH = 500
SUPPORTED = 0.6  # the share of an answer's content that a chunk holds when the answer is from it
SEPARATOR = " > "
LINK = re.compile(r"\s*(?:[-*+]\s+)?!?\[[^\]]+\]\(")
BLANK_LINE = re.compile(r"\n\s*\n")
NO_HEADINGS: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """A unit of a hit as an answer. `own` is the share of what is wanted that it holds itself,
    `whole` with the headings above it, `share` between the two; `score` counts all signs."""

    hit: Hit
    units: Sequence[Unit]
    at: int
    heading: str
    own: float
    whole: float
    share: float
    score: float

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
    nearest: AbstractSet[str]
    heading: str = ""  # one inside the chunk


def parts(hit: Hit, wanted: Wanted, headings: AbstractSet[str] = NO_HEADINGS) -> Iterator[Part]:
    """Each unit of a hit but its headings; `headings` are terms of headings to prefer."""
    split = units.split(hit.text)
    nearest = hit.section.rpartition(SEPARATOR)[2]
    above = _Above(terms(f"{hit.title}\n{hit.section}"), terms(nearest))
    current, first = above, True
    for at, unit in enumerate(split):
        text = hit.text[unit.start : unit.end]
        own_terms = terms(text)
        if unit.kind == HEADING:
            current, first = _Above(above.all | own_terms, own_terms, units.heading(text)), True
        elif own_terms:
            own, whole = wanted.coverage(own_terms), wanted.coverage(own_terms | current.all)
            share = own + CONTEXT_WEIGHT * (whole - own)
            score = share + CHUNK_WEIGHT * hit.score
            score += FIRST_BONUS * first + HEADING_BONUS * bool(current.nearest & headings)
            score -= QUESTION_COST * text.rstrip("*_ ").endswith("?")
            score -= LINK_COST * (LINK.match(text) is not None)
            yield Part(hit, split, at, current.heading, own, whole, share, score)
            first = False


def span(part: Part) -> tuple[int, int]:
    """The units around a part that it can't be read without: `text[start:end]` of its chunk."""
    split, first, last = part.units, part.at, part.at
    if part.unit.kind in (ITEM, TABLE) and part.by_heading:
        first, last = _run(split, part.at, LONGEST_SPAN)
    elif part.unit.kind == SENTENCE and part.by_heading:
        last = _paragraph_end(part)
    elif part.unit.kind == CODE and first and split[first - 1].kind in (SENTENCE, ITEM):
        first -= 1
    if first and split[first - 1].leads:
        first -= 1
    if split[last].leads and last + 1 < len(split) and split[last + 1].kind != HEADING:
        _, last = _run(split, last + 1, LONGEST_SPAN)
    return split[first].start, split[last].end


def quoted(hit: Hit, wanted: Wanted) -> Citation:
    """A hit cited by its words that best hold what is wanted, or by its beginning."""
    best = max(parts(hit, wanted), key=lambda part: part.score, default=None)
    if best is None:
        return cite(hit, hit.section, hit.text[:LONGEST_SPAN].strip())
    start, end = span(best)
    return cite(hit, best.section, hit.text[start:end].strip())


def supporting(wanted: Wanted, hits: Sequence[Hit]) -> list[int]:
    """The number (from 1) of the hit that holds what an answer says, if there is one."""
    shares = [wanted.coverage(terms(hit.text)) for hit in hits]
    best = max(shares, default=0.0)
    return [shares.index(best) + 1] if best >= SUPPORTED else []


@lru_cache(maxsize=8192)
def terms(text: str) -> AbstractSet[str]:
    """The terms of a text; the parts that are asked about most are analysed once."""
    return frozenset(analysis.terms(text))


def _run(split: Sequence[Unit], at: int, longest: int) -> tuple[int, int]:
    """The list or table that a unit is in (with code between its items), or the unit alone."""
    first = last = at
    if split[at].kind not in (ITEM, TABLE):
        return first, last
    together = (split[at].kind, CODE) if split[at].kind == ITEM else (TABLE,)
    while last + 1 < len(split) and split[last + 1].kind in together:
        if split[last + 1].end - split[first].start > longest:
            break
        last += 1
    while first and split[first - 1].kind in together:
        if split[last].end - split[first - 1].start > longest:
            break
        first -= 1
    return first, last


def _paragraph_end(part: Part) -> int:
    last = part.at
    for following in range(part.at + 1, len(part.units)):
        unit, between = part.units[following], part.units[last].end
        apart = BLANK_LINE.search(part.hit.text, between, unit.start)
        if unit.kind != SENTENCE or apart or unit.end - part.unit.start > LONGEST_PARAGRAPH:
            break
        last = following
    return last
