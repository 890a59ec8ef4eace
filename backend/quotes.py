"""Which part of a chunk answers what is wanted: its units, scored."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from backend import forms, units
from backend.intents import ANY, Kind
from backend.relevance import Wanted
from backend.units import CELL, HEADING, ITEM, LABEL, SENTENCE, TABLE, Unit
from backend.vocabulary import terms, whole_words
from retrieval.index import Hit

CONTEXT_WEIGHT = 0.6  # a word in the headings above a unit, against one in the unit itself
CHUNK_WEIGHT = 0.3
FIRST_BONUS = 0.05
KIND_BONUS = 0.85  # for standing under a heading that answers this kind of question
TITLE_BONUS = 0.3  # under one that names what is asked, and little else
SECTION_BONUS = 0.5  # for opening the section of that name, asked what it is
LIST_BONUS = 0.25  # for a list under such a heading, asked for one
EXACT = 0.8  # of a heading, and of what is asked
SUPPORTED = 0.6  # the share of an answer's content that a chunk holds when the answer is from it
SEPARATOR = " > "
SPELLINGS = re.compile(r"\s+/\s+|[()]")


@dataclass(frozen=True, slots=True)
class Part:
    """A unit of a hit as an answer. `own` is the share of what is wanted that it holds itself,
    `whole` with the headings above it, `share` between the two; `score` counts all signs."""

    hit: Hit
    units: Sequence[Unit]
    at: int
    heading: str
    titled: bool  # the heading above it names what is asked, or its kind
    fits: bool  # the heading above it is of the kind that is asked for
    along: bool  # it says what the reader of the answer will want next
    listed: bool  # of a list that is asked for
    defining: bool  # it says what that is that is asked for
    own: float
    whole: float
    share: float
    form: float  # what its form and place are worth, whatever its words
    score: float
    names: AbstractSet[str]  # that are wanted, and held by it or its headings
    named: bool  # its title or a heading is such a name: an alert's, an error's

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
    last: tuple[AbstractSet[str], ...]  # the nearest by its names, and with the one above it
    named: bool  # the title or a heading is a name that is asked of
    contents: bool  # the chunk is a list of links
    heading: str = ""  # one inside the chunk


def parts(hit: Hit, wanted: Wanted, kind: Kind = ANY) -> Iterator[Part]:
    """Each unit of a hit that can be quoted, as an answer to this kind of question."""
    split = units.split(hit.text)
    above, first = _above(hit, split, wanted), True
    for at, unit in enumerate(split):
        text = hit.text[unit.start : unit.end]
        own = terms(text)
        if unit.kind == HEADING:
            heading = units.heading(text)
            above = replace(
                above, all=above.all | own, near=own, nearest=own, last=(own,), heading=heading
            )
            first = True
        elif unit.kind == LABEL:
            above = replace(above, all=above.all | own)
        elif own and not forms.says_nothing(text):
            yield _part(hit, split, at, above, wanted, kind, first)
            first = first and forms.opens_nothing(text)


def _above(hit: Hit, split: Sequence[Unit], wanted: Wanted) -> _Above:
    path = hit.section.split(SEPARATOR)
    near = terms("\n".join(path[1:][-2:] or path))
    headings = terms(f"{hit.title}\n{hit.section}")
    names = [whole_words(each) for each in (hit.title, *path)]
    named = any(words and words <= wanted.identifiers() for words in names)
    last = (*_spellings(path[-1]), terms("\n".join(path[-2:])))
    return _Above(headings, near, terms(path[-1]), last, named, forms.contents(hit.text, split))


def _spellings(heading: str) -> tuple[AbstractSet[str], ...]:
    """The terms of a heading, and of each of its names: "Harbour master / HM", "Order (PO)"."""
    return tuple(terms(each) for each in (heading, *SPELLINGS.split(heading)) if each.strip())


def _part(
    hit: Hit, split: Sequence[Unit], at: int, above: _Above, wanted: Wanted, kind: Kind, first: bool
) -> Part:
    unit = split[at]
    text = hit.text[unit.start : unit.end]
    own_terms = terms(text)
    own, whole = wanted.coverage(own_terms), wanted.coverage(own_terms | above.all)
    share = own + CONTEXT_WEIGHT * (whole - own)
    titled = wanted.coverage(above.nearest)
    exact = max(wanted.coverage(each) * _precision(each, wanted) for each in above.last)
    fits = bool(above.near & kind.headings)
    begins = first and unit.kind in (SENTENCE, CELL) and not forms.opens_nothing(text)
    defined = forms.bonus(text, wanted, kind)
    opens = kind.defines and begins and exact >= EXACT and defined >= 0
    listed = kind.lists and unit.kind in (ITEM, TABLE) and titled >= forms.TITLED
    form = FIRST_BONUS * first + LIST_BONUS * listed + SECTION_BONUS * opens + defined
    form -= forms.cost(text, own_terms, wanted, kind, unit, last=at + 1 == len(split))
    form -= forms.CONTENTS_COST * above.contents
    score = share + CHUNK_WEIGHT * hit.score + TITLE_BONUS * exact + form
    score += KIND_BONUS * fits * wanted.coverage(above.all)
    return Part(
        hit, split, at, above.heading,
        titled=opens or fits or (own < forms.TITLED <= titled), fits=fits,
        along=bool(above.near & kind.along), listed=listed,
        defining=opens or defined >= forms.DEFINING_BONUS,
        own=own, whole=whole, share=share, form=form, score=score,
        names=wanted.identifiers() & (own_terms | above.all), named=above.named,
    )  # fmt: skip


def _precision(heading: AbstractSet[str], wanted: Wanted) -> float:
    """How much of a heading is of what is wanted."""
    return len(heading & wanted.terms()) / len(heading) if heading else 0.0


def supporting(wanted: Wanted, hits: Sequence[Hit]) -> list[int]:
    """The number (from 1) of the hit that holds what an answer says, if there is one."""
    shares = [wanted.coverage(terms(hit.text)) for hit in hits]
    best = max(shares, default=0.0)
    return [shares.index(best) + 1] if best >= SUPPORTED else []
