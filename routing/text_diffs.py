"""How the texts of documents differ between two kept versions, line by line and within bounds."""

import difflib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.errors import RetrievalError
from routing.differences import Differences
from routing.locks import layout

logger = logging.getLogger(__name__)

DOCUMENTS = 20  # whose texts are shown; all are listed
COMPARED = 1_500  # lines of each text: to compare more takes a reader's patience, and ours
SHOWN = 150  # lines of one document
WIDTH = 400  # characters of one line
CONTEXT = 2


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is "old", "new", "same" or "gap"; `sign` says it without colour."""

    kind: str
    text: str

    @property
    def sign(self) -> str:
        return {"old": "−", "new": "+", "gap": "⋯"}.get(self.kind, " ")


@dataclass(frozen=True, slots=True)
class TextDiff:
    """One document's; `cut` when there is more than is shown."""

    path: str
    kind: str  # changed, added or removed
    lines: list[Line]
    cut: bool

    @property
    def added(self) -> int:
        return sum(line.kind == "new" for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.kind == "old" for line in self.lines)


def between(start: int, end: int, differences: Differences) -> list[TextDiff]:
    """Of the first documents that differ; [] when an index can't be read."""
    try:
        return list(_between(start, end, differences))
    except RetrievalError:
        logger.exception("The texts of #%d and #%d can't be compared.", start, end)
        return []


def _between(start: int, end: int, differences: Differences) -> Iterator[TextDiff]:
    from retrieval.index import Index  # here: it loads FAISS, which most callers never need

    before, after = Index.open(layout(), start), Index.open(layout(), end)
    kinds = {"changed": differences.changed, "added": differences.added,
             "removed": differences.removed}  # fmt: skip
    paths = [(kind, path) for kind, listed in kinds.items() for path in listed]
    for kind, path in paths[:DOCUMENTS]:
        yield _diff(path, kind, _text(before, path), _text(after, path))


def _text(index: Any, path: str) -> list[str]:
    found = index.document(path)
    return found[1].splitlines() if found else []


def _diff(path: str, kind: str, old: list[str], new: list[str]) -> TextDiff:
    lines, cut = diff(old, new)
    return TextDiff(path, kind, lines, cut)


def diff(old: Sequence[str], new: Sequence[str]) -> tuple[list[Line], bool]:
    """The lines to show, and whether there would be more.

    What both begin and end with is set aside first: an edit in a long text is compared whole.
    """
    begin = _alike(old, new)
    end = _alike(old[begin:][::-1], new[begin:][::-1])
    first = max(0, begin - CONTEXT)
    last = len(old) - max(0, end - CONTEXT), len(new) - max(0, end - CONTEXT)
    middle = old[first : last[0]], new[first : last[1]]
    lines = [Line("gap", "")] if first else []
    lines += _lines(middle[0][:COMPARED], middle[1][:COMPARED])
    cut = max(map(len, middle)) > COMPARED or len(lines) > SHOWN
    if not cut and end > CONTEXT:
        lines.append(Line("gap", ""))
    return lines[:SHOWN], cut


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines the two begin with in common."""
    pairs = zip(old, new, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))


def _lines(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    lines: list[Line] = []
    for group in difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT):
        if lines:
            lines.append(Line("gap", ""))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                lines += [_line("same", text) for text in old[old_from:old_to]]
            else:
                lines += [_line("old", text) for text in old[old_from:old_to]]
                lines += [_line("new", text) for text in new[new_from:new_to]]
    return lines


def _line(kind: str, text: str) -> Line:
    return Line(kind, text if len(text) <= WIDTH else f"{text[:WIDTH]}…")
