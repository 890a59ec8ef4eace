"""Which part of a chunk answers what is wanted: its units scored, and the span that reads whole."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from backend import units
from backend.relevance import Wanted
from backend.units import CODE, HEADING, ITEM, SENTENCE, TABLE, Unit
from retrieval import analysis
from retrieval.index import Hit

CONTEXT_WEIGHT = 0.6  # a word in the headings above a unit, against one in the unit itself
CHUNK_WEIGHT = 0.3
FIRST_BONUS = 0.05
QUESTION_COST = 0.4  # a document's own question is no answer
LONGEST_SPAN = 1500
SUPPORTED = 0.6  # the share of an answer's content that a chunk holds when the answer is from it


@dataclass(frozen=True, slots=True)
class Part:
    """A unit of a hit as an answer; `own` counts the words in the unit, `score` all there is."""

    hit: Hit
    units: Sequence[Unit]
    at: int
    own: float
    score: float

    @property
    def unit(self) -> Unit:
        return self.units[self.at]

    @property
    def text(self) -> str:
        return self.hit.text[self.unit.start : self.unit.end]


def parts(hit: Hit, wanted: Wanted) -> Iterator[Part]:
    """Each unit of a hit but its headings, scored."""
    split = units.split(hit.text)
    above = _terms(f"{hit.title}\n{hit.section}")
    context, first = above, True
    for at, unit in enumerate(split):
        text = hit.text[unit.start : unit.end]
        if unit.kind == HEADING:
            context, first = above | _terms(text), True
            continue
        own_terms = _terms(text)
        own = wanted.coverage(own_terms)
        whole = wanted.coverage(own_terms | context)
        score = own + CONTEXT_WEIGHT * (whole - own) + CHUNK_WEIGHT * hit.score
        score += FIRST_BONUS if first else 0.0
        score -= QUESTION_COST if text.rstrip("*_ ").endswith("?") else 0.0
        if own_terms:
            yield Part(hit, split, at, own, score)
        first = False


def span(part: Part, *, whole_list: bool) -> tuple[int, int]:
    """The units around a part that it can't be read without: `text[start:end]` of its chunk."""
    first, last = part.at, part.at
    if part.unit.kind in (CODE, TABLE) or (part.unit.kind == ITEM and whole_list):
        first, last = _whole_run(part.units, first, last)
        if first and part.units[first - 1].leads:
            first -= 1
    if part.units[last].leads and last + 1 < len(part.units):
        first, last = first, _led(part.units, last)
    while last > part.at and part.units[last].end - part.units[first].start > LONGEST_SPAN:
        last -= 1
    while first < part.at and part.units[last].end - part.units[first].start > LONGEST_SPAN:
        first += 1
    return part.units[first].start, part.units[last].end


def quote(hit: Hit, wanted: Wanted) -> str:
    """The words of a hit that best hold what is wanted; its beginning when none stands out."""
    best = max(parts(hit, wanted), key=lambda part: part.score, default=None)
    if best is None:
        return hit.text[:LONGEST_SPAN].strip()
    start, end = span(best, whole_list=False)
    return hit.text[start:end].strip()


def supporting(wanted: Wanted, hits: Sequence[Hit]) -> list[int]:
    """The numbers (from 1) of the hits that hold what an answer says, the best alone of equals."""
    shares = [wanted.coverage(_terms(hit.text)) for hit in hits]
    best = max(shares, default=0.0)
    return [shares.index(best) + 1] if best >= SUPPORTED else []


def _whole_run(split: Sequence[Unit], first: int, last: int) -> tuple[int, int]:
    kind = split[first].kind
    if kind != CODE:
        while first and split[first - 1].kind == kind:
            first -= 1
        while last + 1 < len(split) and split[last + 1].kind == kind:
            last += 1
    elif first and split[first - 1].kind in (SENTENCE, ITEM) and not split[first - 1].leads:
        first -= 1
    return first, last


def _led(split: Sequence[Unit], lead: int) -> int:
    """The last unit of what a lead announces: one block, or all items of a list."""
    kind, last = split[lead + 1].kind, lead + 1
    if kind == HEADING:
        return lead
    while kind in (ITEM, TABLE) and last + 1 < len(split) and split[last + 1].kind in (kind, CODE):
        last += 1
    return last


def _terms(text: str) -> AbstractSet[str]:
    return frozenset(analysis.terms(text))
