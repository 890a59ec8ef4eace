"""Splits a chunk's Markdown into what an answer may quote whole: sentences, items, code, tables."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from retrieval.plain import plain_line

SENTENCE, ITEM, CODE, TABLE, HEADING = "sentence", "item", "code", "table", "heading"
CELL = "cell"  # what stands between two tags of HTML: never quoted together with others
LABEL = "label"  # where a box (`::: tip`, `!!! note "Title"`) begins or ends
CAPTION = 200  # characters; a paragraph in italics up to here is one thing
LONG_TABLE = 1200  # characters; a longer table is quoted by its rows

FENCE = re.compile(r"\s*(?:>\s*)?(`{3,}|~{3,})")
HEADING_LINE = re.compile(r" {0,3}#{1,6}(?:\s|$)")
UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*$")
BOLD_LINE = re.compile(r" {0,3}(\*\*|__)(?=\w)(?:(?!\1).){1,80}(?<=[\w?»)])\s?\1\s*$")
RULE = re.compile(r" {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
ITEM_LINE = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+\S")
TABLE_LINE = re.compile(r"\s*\|")
CODE_LINE = re.compile(r"(?: {4}|\t)\s*\S")
COMMENT_LINE = re.compile(r"\s*<!--.*-->\s*$")
LABEL_LINE = re.compile(r" {0,3}(?::{3,}|!{3}|\?{3}\+?)(?:\s*\w.*)?$")
INDENTING = re.compile(r" {0,3}(?:!{3}|\?{3})")  # the text of such a box is indented, not code
HTML_LINE = re.compile(r"\s*</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
BLOCK_TAG = re.compile(
    r"<!--.*?-->|</?(?!(?:a|abbr|b|br|code|del|em|i|kbd|mark|s|small|span|strong|sub|sup|u)\b)"
    r"(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>",
    re.DOTALL,
)

# Inside these, a full stop ends nothing.
OPAQUE = re.compile(r"`+[^`]*`+|\]\([^)\s]*\)|<[^>\s]*>|https?://\S+")
ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|Mr|Mrs|Ms|Dr|Prof|St|Mt|No|Nos|Fig|Eq|Sec|Inc|Ltd|Jr|Sr|al"
    r"|ex|env|art|chap|fig|réf|MM|Mme|Mlle|[A-Z](?:\.[A-Z])*))\.$"
)
ENDED = re.compile(r"[.!?…»)\"”][\W_]*\Z")
EMPHASISED = re.compile(r"\s*([_*])(?![_*\s])(?:(?!\1).)+(?<!\s)\1\s*$", re.DOTALL)
BOUNDARY = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?:\s?»)?(?=\s+(?:«\s?)?[\"'“‘(\[*_`]*[^\W_a-zà-ÿ])")


@dataclass(frozen=True, slots=True)
class Unit:
    """`text[start:end]` of the chunk; `leads` says that it announces what follows (ends in `:`)."""

    kind: str
    start: int
    end: int
    leads: bool = False


@lru_cache(maxsize=2048)
def split(text: str) -> tuple[Unit, ...]:
    """The units in order. What lies between two of them is white space and markers alone."""
    found = (unit for unit in _units(text) if text[unit.start : unit.end].strip())
    trimmed = [_trimmed(text, unit) for unit in found]
    return tuple(map(_leading, [text] * len(trimmed), trimmed, [*trimmed[1:], None]))


def _leading(text: str, unit: Unit, after: Unit | None) -> Unit:
    """A sentence without an end announces the list, the code or the table that comes after it."""
    cut = unit.kind == SENTENCE and after is not None and after.kind in (ITEM, CODE, TABLE)
    return (
        replace(unit, leads=True) if cut and not ENDED.search(text, unit.start, unit.end) else unit
    )


def heading(text: str) -> str:
    """The words of a heading, without its marks; nothing for a bold line, which is no section."""
    if BOLD_LINE.match(text):
        return ""
    return plain_line(text.strip("#=- \t\r\n"))


def _units(text: str) -> Iterator[Unit]:
    lines = _lines(text)
    at = 0
    while at < len(lines):
        kind, after = _block(lines, at)
        start, end = lines[at][0], lines[after - 1][0] + len(lines[after - 1][1])
        if kind == SENTENCE:
            yield from _sentences(text, start, end)
        elif kind == CELL:
            yield from _cells(text, start, end)
        elif kind == TABLE and end - start > LONG_TABLE:
            yield from (Unit(TABLE, offset, offset + len(row)) for offset, row in lines[at:after])
        elif kind:
            yield Unit(kind, start, end)
        at = after


def _lines(text: str) -> list[tuple[int, str]]:
    lines, offset = [], 0
    for line in text.splitlines(keepends=True):
        lines.append((offset, line))
        offset += len(line)
    return lines


def _block(lines: list[tuple[int, str]], at: int) -> tuple[str, int]:
    """The kind of the block that begins at a line ("" for nothing to quote), and its end."""
    line = lines[at][1]
    if not line.strip() or COMMENT_LINE.match(line) or RULE.match(line.rstrip("\r\n")):
        return "", at + 1
    if fence := FENCE.match(line):
        return CODE, _fence_end(lines, at, fence.group(1))
    if HEADING_LINE.match(line):
        return HEADING, at + 1
    alone = at + 1 == len(lines) or not lines[at + 1][1].strip()
    if alone and BOLD_LINE.match(line):
        return HEADING, at + 1
    if LABEL_LINE.match(line.rstrip()):
        return LABEL, at + 1
    if HTML_LINE.match(line):
        return CELL, _while(lines, at, lambda text: bool(text.strip()) and not FENCE.match(text))
    if ITEM_LINE.match(line):
        return ITEM, _while(lines, at, lambda text: not _starts_block(text))
    if TABLE_LINE.match(line):
        return TABLE, _while(lines, at, lambda text: bool(TABLE_LINE.match(text)))
    if CODE_LINE.match(line):
        kind = SENTENCE if at and INDENTING.match(lines[at - 1][1]) else CODE
        return kind, _while(lines, at, lambda text: bool(CODE_LINE.match(text)))
    after = _while(lines, at, lambda text: not _starts_block(text) and not UNDERLINE.match(text))
    if after < len(lines) and UNDERLINE.match(lines[after][1]):
        return HEADING, after + 1
    return SENTENCE, after


def _starts_block(line: str) -> bool:
    starts = (FENCE, HEADING_LINE, ITEM_LINE, TABLE_LINE, LABEL_LINE)
    return not line.strip() or any(start.match(line.rstrip()) for start in starts)


def _while(lines: list[tuple[int, str]], at: int, goes_on: Callable[[str], bool]) -> int:
    after = at + 1
    while after < len(lines) and goes_on(lines[after][1]):
        after += 1
    return after


def _fence_end(lines: list[tuple[int, str]], at: int, fence: str) -> int:
    """Past the closing fence; a fence that is never closed runs to the end, as it renders."""
    for after in range(at + 1, len(lines)):
        closing = lines[after][1].strip().lstrip("> ")
        if closing.startswith(fence) and not closing.strip(fence[0]):
            return after + 1
    return len(lines)


def _sentences(text: str, start: int, end: int) -> Iterator[Unit]:
    masked = OPAQUE.sub(lambda match: "X" * len(match.group()), text[start:end])
    if len(masked) <= CAPTION and EMPHASISED.match(masked):
        yield Unit(SENTENCE, start, end)
        return
    begin = 0
    for boundary in BOUNDARY.finditer(masked):
        if not ABBREVIATION.search(masked[begin : boundary.end()]):
            yield Unit(SENTENCE, start + begin, start + boundary.end())
            begin = boundary.end()
    yield Unit(SENTENCE, start + begin, end)


def _cells(text: str, start: int, end: int) -> Iterator[Unit]:
    """The runs of text between tags; the first of a table's row heads those after it."""
    at, heads = start, False
    for tag in BLOCK_TAG.finditer(text, start, end):
        if text[at : tag.start()].strip():
            yield Unit(HEADING if heads else CELL, at, tag.start())
            heads = False
        at, heads = tag.end(), heads or tag["name"] == "tr"
    yield Unit(CELL, at, end)


def _trimmed(text: str, unit: Unit) -> Unit:
    part = text[unit.start : unit.end]
    left = 0 if unit.kind in (CODE, ITEM) else len(part) - len(part.lstrip())
    start, end = unit.start + left, unit.start + len(part.rstrip())
    ends = text[start:end].rstrip("*_` ").endswith(":")
    return Unit(unit.kind, start, end, leads=ends and unit.kind in (SENTENCE, ITEM))
