"""Whether the passages that a generated answer cites hold what it says, sentence by sentence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from backend import language, units
from backend.relevance import weigh
from backend.units import CODE, HEADING
from backend.vocabulary import terms
from retrieval.index import Index

HELD = 0.4  # the share of a sentence's words, by weight, below which it is not from a passage
FEW_WORDS = 2
MARKER = re.compile(r"\s*\[(\d+)\]")
MARKERS_FIRST = re.compile(r"(?:\s*\[\d+\])+")
INLINE_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
NUMBER = re.compile(r"\d[\d.,:\u202f\u00a0]*\d")  # two digits or more: one is easily by the way
FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text[start:end]` of an answer, with its markers; `code` for a block of it."""

    start: int
    end: int
    code: bool


def unsupported(
    index: Index, text: str, passages: Sequence[str], removed: Sequence[int]
) -> tuple[str, ...]:
    """The sentences (and commands) of `text` that don't hold, as they stand in it.

    `[n]` in it cites `passages[n - 1]`; `removed` are the places of numbers that named none.
    """
    found = []
    for sentence in _sentences(text):
        said = text[sentence.start : sentence.end]
        named_none = any(sentence.start <= place <= sentence.end for place in removed)
        cited = passages if sentence.code else _cited(said, passages)
        held = _has_lines if sentence.code else partial(_holds, index)
        if named_none or (cited and not held(said, "\n".join(cited))):
            found.append(said)
    return tuple(found)


def _cited(said: str, passages: Sequence[str]) -> list[str]:
    numbers = {int(number) for number in MARKER.findall(INLINE_CODE.sub("", said))}
    return [passages[number - 1] for number in sorted(numbers)]


def _sentences(text: str) -> Iterator[Sentence]:
    """Markers after a full stop belong to the sentence before them."""
    last: Sentence | None = None
    for unit in units.split(text):
        start = unit.start
        if last and not last.code and (first := MARKERS_FIRST.match(text, start, unit.end)):
            last, start = Sentence(last.start, first.end(), False), first.end()
        if last:
            yield last
        start += len(text[start : unit.end]) - len(text[start : unit.end].lstrip())
        is_said = start < unit.end and unit.kind != HEADING
        last = Sentence(start, unit.end, unit.kind == CODE) if is_said else None
    if last:
        yield last


def _has_lines(code: str, passage: str) -> bool:
    lines = [line for line in code.splitlines() if line.strip() and not FENCE.match(line)]
    return all(_folded(line) in _folded(passage) for line in lines)


def _holds(index: Index, said: str, passage: str) -> bool:
    exact = [match.group(2) for match in INLINE_CODE.finditer(said)]
    if not all(_folded(each) in _folded(passage) for each in exact):
        return False
    said = MARKER.sub("", INLINE_CODE.sub("", said))
    if not _numbers(said) <= _numbers(passage):
        return False
    wanted = weigh(index, said)
    # A translation shares too few words with its source to be judged by them, as does a "Yes".
    if len(wanted.words) < FEW_WORDS or language.guess(said) != language.guess(passage):
        return True
    return wanted.coverage(terms(passage)) >= HELD


def _folded(text: str) -> str:
    return " ".join(text.split())


def _numbers(text: str) -> set[str]:
    """Without what groups their digits, which languages do in their own ways."""
    return {re.sub(r"\D", "", match.group()) for match in NUMBER.finditer(text)}
