"""How much around a part of a chunk must be quoted with it, so that it reads whole."""

import re
from collections.abc import Sequence

from backend.citations import Citation, cite
from backend.quotes import Part, parts
from backend.relevance import Wanted
from backend.units import CELL, CODE, HEADING, ITEM, LABEL, SENTENCE, TABLE, Unit
from retrieval.index import Hit

LONGEST_SPAN = 1500
LONGEST_PARAGRAPH = 500
SENTENCES = 3  # of a section's opening
BLANK_LINE = re.compile(r"\n\s*\n")
LISTS = (ITEM, TABLE)
WALLS = (HEADING, LABEL, CELL)  # no quotation goes over one


def span(part: Part) -> tuple[int, int]:
    """The units around a part that it can't be read without: `text[start:end]` of its chunk."""
    first, last = _around(part)
    if part.titled and not part.listed:
        last = max(last, _opening_end(part, first))
    return part.units[first].start, part.units[last].end


def quoted(hit: Hit, wanted: Wanted) -> Citation:
    """A hit cited by its words that best hold what is wanted, or by its beginning."""
    best = max(parts(hit, wanted), key=lambda part: part.score, default=None)
    if best is None:
        return cite(hit, hit.section, hit.text[:LONGEST_SPAN].strip())
    start, end = span(best)
    return cite(hit, best.section, hit.text[start:end].strip())


def _opening_end(part: Part, first: int) -> int:
    """Where a section's opening ends that is titled by what is asked: after up to three sentences,
    and the lists, commands and tables among them; after the list that it begins by announcing."""
    split, last, sentences = part.units, first, 0
    for following in range(first, len(split)):
        unit = split[following]
        sentences += unit.kind == SENTENCE
        longest = LONGEST_PARAGRAPH if unit.kind == SENTENCE else LONGEST_SPAN
        too_long = following > first and unit.end - split[first].start > longest
        told = split[first].leads and unit.kind == SENTENCE and split[following - 1].kind in LISTS
        wall = unit.kind in WALLS and following > first
        if wall or too_long or sentences > SENTENCES or (told and following > first):
            break
        last = following
    while last > first and split[last].leads:  # what it announces is not quoted
        last -= 1
    return last if split[first].kind not in WALLS else first


def _around(part: Part) -> tuple[int, int]:
    split, first, last = part.units, part.at, part.at
    if part.listed:
        first, last = _run(split, _run_start(split, part.at), LONGEST_SPAN)
    elif part.unit.kind in LISTS and part.by_heading:
        first, last = _run(split, part.at, LONGEST_SPAN)
    elif part.unit.kind == SENTENCE and part.by_heading:
        last = _paragraph_end(part)
    elif part.unit.kind == CODE and first and split[first - 1].kind in (SENTENCE, ITEM):
        first -= 1
    if first and split[first - 1].leads:
        first -= 1
    if split[last].leads and last + 1 < len(split) and split[last + 1].kind not in WALLS:
        _, last = _run(split, last + 1, LONGEST_SPAN)
    return first, last


def _run(split: Sequence[Unit], at: int, longest: int) -> tuple[int, int]:
    """The list or table that a unit is in (with code between its items), or the unit alone."""
    first = last = at
    if split[at].kind not in LISTS:
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


def _run_start(split: Sequence[Unit], at: int) -> int:
    while at and split[at - 1].kind in (split[at].kind, CODE):
        at -= 1
    return at


def _paragraph_end(part: Part) -> int:
    last = part.at
    for following in range(part.at + 1, len(part.units)):
        unit, between = part.units[following], part.units[last].end
        apart = BLANK_LINE.search(part.hit.text, between, unit.start)
        if unit.kind != SENTENCE or apart or unit.end - part.unit.start > LONGEST_PARAGRAPH:
            break
        last = following
    return last
