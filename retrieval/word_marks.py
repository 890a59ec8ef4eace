"""Which words of some lines other lines lack: what a reader of a difference looks for."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher

COMPARED = 1_000  # words: what differs in more is marked as one; time is cubic at worst
WIDTH = 1_200  # characters of one line; what is marked in it is kept, the rest is cut
KEPT = 120  # characters of what is cut, on each side of a mark
ALIKE = 0.3  # lines that share less are other lines: marks would only be noise

Parts = list[tuple[str, bool]]  # text, and whether the other side lacks it

_WORD = re.compile(r"\w+|\s+|.")


def marked(old: Sequence[str], new: Sequence[str]) -> tuple[list[Parts], list[Parts]]:
    """The lines of both, in parts: compared as one text, so that a moved line break is none."""
    if not old or not new:
        return [shortened(line) for line in old], [shortened(line) for line in new]
    before, after = lacking("\n".join(old), "\n".join(new))
    return _by_line(before), _by_line(after)


def lacking(before: str, after: str) -> tuple[Parts, Parts]:
    """Both texts in parts; whole, and unmarked, where they share too little."""
    begin = _begin_alike(before, after)
    end = _begin_alike(before[begin:][::-1], after[begin:][::-1])
    middle = before[begin : len(before) - end], after[begin : len(after) - end]
    old, new = _differing(*middle)
    shared = begin + end + _shared(old)
    if shared < ALIKE * max(len(before), len(after)):
        return [(before, False)], [(after, False)]
    first, last = (before[:begin], False), (before[len(before) - end :], False)
    return _run_together([first, *old, last]), _run_together([first, *new, last])


def shortened(line: str) -> Parts:
    return [(line if len(line) <= WIDTH else f"{line[:WIDTH]}…", False)]


_Code = tuple[str, int, int, int, int]


def _joined(codes: Sequence[_Code], old: Sequence[str]) -> list[_Code]:
    """Blanks between two changes belong to them: a phrase is marked as one, not word by word."""
    last = len(codes) - 1
    return [
        ("replace", *code[1:])
        if code[0] == "equal" and 0 < n < last and not "".join(old[code[1] : code[2]]).strip(" \t")
        else code
        for n, code in enumerate(codes)
    ]


def _differing(before: str, after: str) -> tuple[Parts, Parts]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > COMPARED:
        return [(before, True)], [(after, True)]
    matcher = SequenceMatcher(None, _blanks_alike(old), _blanks_alike(new), autojunk=False)
    codes = _joined(matcher.get_opcodes(), old)
    return (
        [("".join(old[code[1] : code[2]]), code[0] != "equal") for code in codes],
        [("".join(new[code[3] : code[4]]), code[0] != "equal") for code in codes],
    )


def _blanks_alike(words: Sequence[str]) -> list[str]:
    return [" " if word.isspace() else word for word in words]


def _run_together(pieces: Parts) -> Parts:
    """Neighbours that are alike are one; what is empty is none."""
    whole: Parts = []
    for text, changed in pieces:
        if text and whole and whole[-1][1] == changed:
            whole[-1] = (whole[-1][0] + text, changed)
        elif text:
            whole.append((text, changed))
    return whole or [("", False)]


def _shared(parts: Parts) -> int:
    return sum(len(text) for text, changed in parts if not changed)


def _by_line(parts: Parts) -> list[Parts]:
    lines: list[Parts] = [[]]
    for text, changed in parts:
        first, *others = text.split("\n")
        lines[-1].append((first, changed))
        lines += [[(other, changed)] for other in others]
    return [_fitted([part for part in line if part[0]] or [("", False)]) for line in lines]


def _fitted(parts: Parts) -> Parts:
    """A very long line without what is far from its marks."""
    if sum(len(text) for text, _ in parts) <= WIDTH:
        return parts
    return [(_cut(text, KEPT if not changed else WIDTH // 2), changed) for text, changed in parts]


def _cut(text: str, kept: int) -> str:
    return text if len(text) <= 2 * kept + 1 else f"{text[:kept]} … {text[-kept:]}"


def _begin_alike(one: str, other: str) -> int:
    """How many characters the two begin with in common, back to the end of a word."""
    most = min(len(one), len(other))
    common = bisect_left(range(most), True, key=lambda n: one[: n + 1] != other[: n + 1])
    word = re.search(r"\w{0,100}\Z", one[max(0, common - 100) : common])
    return common - len(word[0]) if word else common
