"""How two texts differ: line by line, the words that changed marked, within bounds.

One code for whoever shows a difference: it knows neither pages nor where the texts are kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from retrieval.word_marks import Parts, marked, shortened

CONTEXT = 3
COMPARED = 1_500  # lines of each text: to compare more takes a reader's patience, and ours
SHOWN = 1_500  # lines, those that are folded among them

_ENDING = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """`parts` are its text in pieces, each with whether the other text lacks it."""

    number: int
    parts: Parts

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.parts)


@dataclass(slots=True)
class Block:
    """Lines that belong together. Of "same" and "folded" ones, both sides read alike."""

    kind: str  # "same", "folded" (alike, and not near a change) or "changed"
    old: list[Line]
    new: list[Line]
    count: int = 0  # lines that are folded; they may be more than the block holds


@dataclass(slots=True)
class Diff:
    blocks: list[Block] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    cut: bool = False  # there is more than is shown
    endings: bool = False  # the texts differ, but in how their lines end alone

    @property
    def same(self) -> bool:
        return not (self.added or self.removed or self.cut or self.endings)

    def unified(self) -> Iterator[tuple[str, Line | None]]:
        """Each line with its sign, for one column; None where lines are folded."""
        for block in self.blocks:
            if block.kind == "folded":
                yield "⋯", None
            elif block.kind == "same":
                yield from ((" ", line) for line in block.new)
            else:
                yield from (("−", line) for line in block.old)
                yield from (("+", line) for line in block.new)


def lines_of(text: str) -> list[str]:
    """Its lines, without what ends them; a newline at the end begins no line."""
    lines = _ENDING.split(text)
    return lines if lines[-1] else lines[:-1]


def diff(old: str, new: str, *, context: int = CONTEXT, most: int = SHOWN) -> Diff:
    """What both begin and end with is set aside first: an edit in a long text is compared whole."""
    before, after = lines_of(old), lines_of(new)
    found = Diff(endings=old != new and before == after)
    if found.endings:
        return found
    changes = _changes(before, after, found)
    found.blocks = list(_within(_blocks(before, after, changes, context), most, found))
    return found


_Change = tuple[int, int, int, int]  # old from, to, new from, to


def _changes(old: list[str], new: list[str], found: Diff) -> list[_Change]:
    begin = alike(old, new)
    end = alike(old[begin:][::-1], new[begin:][::-1])
    middle = old[begin : len(old) - end], new[begin : len(new) - end]
    found.cut = max(map(len, middle)) > COMPARED
    matcher = SequenceMatcher(None, middle[0][:COMPARED], middle[1][:COMPARED])
    changes = [
        (begin + old_from, begin + old_to, begin + new_from, begin + new_to)
        for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes()
        if tag != "equal"
    ]
    found.removed = sum(change[1] - change[0] for change in changes)
    found.added = sum(change[3] - change[2] for change in changes)
    return changes


def alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many items the two begin with in common."""
    pairs = zip(old, new, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))


def _blocks(
    old: list[str], new: list[str], changes: list[_Change], context: int
) -> Iterator[Block]:
    at_old = at_new = 0
    for old_from, old_to, new_from, new_to in changes:
        length = old_from - at_old
        lead = context if at_old else 0
        yield from _alike_blocks(old, at_old, at_new, length, lead, context)
        yield _changed(old, new, (old_from, old_to, new_from, new_to))
        at_old, at_new = old_to, new_to
    length = min(len(old) - at_old, len(new) - at_new)
    if changes:
        yield from _alike_blocks(old, at_old, at_new, length, context, 0)


def _alike_blocks(
    text: list[str], at_old: int, at_new: int, length: int, lead: int, trail: int
) -> Iterator[Block]:
    """A run of equal lines: all of it, or what is near a change, and the rest folded."""
    folded = length - lead - trail
    if folded < 2:  # a line of its own would say no more than the line it hides
        cuts = [("same", 0, length)]
    else:
        cuts = [("same", 0, lead), ("folded", lead, length - trail)]
        cuts.append(("same", length - trail, length))
    for kind, start, end in cuts:
        if start < end:
            lines = [shortened(line) for line in text[at_old + start : at_old + min(end, SHOWN)]]
            yield Block(
                kind,
                [Line(at_old + start + n + 1, parts) for n, parts in enumerate(lines)],
                [Line(at_new + start + n + 1, parts) for n, parts in enumerate(lines)],
                count=end - start,
            )


def _changed(old: list[str], new: list[str], change: _Change) -> Block:
    old_from, old_to, new_from, new_to = change
    before, after = marked(old[old_from:old_to], new[new_from:new_to])
    return Block(
        "changed",
        [Line(old_from + n + 1, parts) for n, parts in enumerate(before)],
        [Line(new_from + n + 1, parts) for n, parts in enumerate(after)],
    )


def _within(blocks: Iterator[Block], most: int, found: Diff) -> Iterator[Block]:
    """As many lines as are to be shown; folded ones only while there is room for them."""
    left = most
    for block in blocks:
        if block.kind == "folded":
            if block.count > left // 2:
                block.old, block.new = [], []
        elif max(len(block.old), len(block.new)) > left:
            found.cut = True
            block.old, block.new = block.old[:left], block.new[:left]
        left -= max(len(block.old), len(block.new))
        if block.kind == "folded" or block.old or block.new:
            yield block
        if left <= 0:
            found.cut = found.cut or next(blocks, None) is not None
            return
