"""Three-way merge of texts, line by line: conflict marks only where both sides changed the same.

Our own: PyPI's merge3 is under the GPL, which this product is not; three-merge cuts lines apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from retrieval.diffs import alike, lines_of

LONGEST = 10_000  # lines of a text: more are not merged, since that may take their product
OPENING, MIDDLE, CLOSING = "<<<<<<<", "=======", ">>>>>>>"


@dataclass(frozen=True, slots=True)
class Merged:
    text: str
    conflicts: int  # places where a person has to choose


def merged(base: str | None, mine: str, theirs: str, names: tuple[str, str]) -> Merged | None:
    """Newlines become LF; the last line ends as that of `mine` does. None: too long.

    Where the base is not known (None), each place where the two differ is for a person.
    """
    ours, others = lines_of(mine), lines_of(theirs)
    common = lines_of(base) if base is not None else _shared(ours, others)
    if max(map(len, (common, ours, others))) > LONGEST:
        return None
    lines: list[str] = []
    conflicts = 0
    for old, one, other in _chunks(common, ours, others):
        if one == other or (base is not None and old == other):
            lines += one
        elif base is not None and old == one:
            lines += other
        else:
            lines += _marked(one, other, names)
            conflicts += 1
    end = "\n" if lines and (mine or theirs).endswith(("\n", "\r")) else ""
    return Merged("\n".join(lines) + end, conflicts)


def first_mark(text: str) -> int:
    """The number of the first line that is a conflict mark still; 0 when there is none."""
    marks = (f"{OPENING} ", f"{CLOSING} ")
    return next((n for n, line in enumerate(lines_of(text), 1) if line.startswith(marks)), 0)


_Chunk = tuple[list[str], list[str], list[str]]  # of the base, of one side, of the other


def _chunks(base: list[str], ours: list[str], others: list[str]) -> Iterator[_Chunk]:
    """The texts cut wherever a line of the base is still in both, such lines for themselves."""
    mine, theirs = _places(base, ours), _places(base, others)
    b = m = t = 0
    for place in sorted(mine.keys() & theirs.keys()):
        at_mine, at_theirs = mine[place], theirs[place]
        yield base[b:place], ours[m:at_mine], others[t:at_theirs]
        yield base[place : place + 1], ours[at_mine : at_mine + 1], ours[at_mine : at_mine + 1]
        b, m, t = place + 1, at_mine + 1, at_theirs + 1
    yield base[b:], ours[m:], others[t:]


def _places(base: list[str], side: list[str]) -> dict[int, int]:
    """Where each line of the base, that is still there, is on that side."""
    blocks = SequenceMatcher(None, base, side).get_matching_blocks()
    return {block.a + n: block.b + n for block in blocks for n in range(block.size)}


def _shared(ours: list[str], others: list[str]) -> list[str]:
    return [ours[n] for n in sorted(_places(ours, others))] if len(ours) <= LONGEST else []


def _marked(one: list[str], other: list[str], names: tuple[str, str]) -> list[str]:
    begin = alike(one, other)
    end = alike(one[begin:][::-1], other[begin:][::-1])
    return [
        *one[:begin],
        f"{OPENING} {names[0]}",
        *one[begin : len(one) - end],
        MIDDLE,
        *other[begin : len(other) - end],
        f"{CLOSING} {names[1]}",
        *one[len(one) - end :],
    ]
