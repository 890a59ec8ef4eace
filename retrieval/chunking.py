"""A document into chunks: slices of its own text that follow its headings, about a screen long.

Every character of the content but white space is in exactly one chunk, unless the chunk would show
no word at all. Nothing but the body decides, so that any builder splits alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

from retrieval.markdown import LINE_END, Block, Heading, blocks, content_start, front_matter
from retrieval.plain import folded, words_of

CHUNKER = "md-2"

TARGET = 1_000
LARGEST = 2_000
SMALL = 300  # a piece under it goes on with what follows it in its section, up to LARGEST
STUB = 80  # a section with less text than this is no chunk of its own
HEADING_CHARACTERS = 120
SECTION_CHARACTERS = 300
EMBEDDED_CHARACTERS = 2_000

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_WORD = re.compile(r"\w")
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n?|\n))*")
_SENTENCE_END = re.compile(r"[.!?…。]\s+")
_LEADS_IN = re.compile(r":[*_`]*\s*\Z")
# Where a long list, table or listing is cut best: at a blank line, at a line of the outermost
# level, at any line.
_LINE_STARTS = [
    re.compile(r"\n[ \t]*\r?\n"),
    re.compile(r"[\r\n](?=\S)"),
    re.compile(r"\r\n?|\n"),
]

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """`body[start:end]` is its text, to the character; `section` reads "AIOps > Support".

    `words` are the text without its markup: what is searched, while what is quoted is the text.
    """

    ordinal: int
    start: int
    end: int
    section: str
    words: str
    embedded_text: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A slice on its way to become a chunk; `words` counts its text without its headings."""

    start: int
    end: int
    path: Path
    words: int


def split(body: str) -> list[Chunk]:
    """The chunks of a document in order; [] when it holds nothing to index."""
    slices = [_trimmed(body, piece) for piece in _merged(list(_pieces(body)))]
    kept = [piece for piece in slices if _WORD.search(_shown(body, piece.start, piece.end))]
    title = _title(front_matter(body))
    return [_chunk(body, title, ordinal, piece) for ordinal, piece in enumerate(kept)]


def _chunk(body: str, title: str, ordinal: int, piece: _Piece) -> Chunk:
    section = " > ".join(piece.path)[:SECTION_CHARACTERS].rstrip()
    words = words_of(body[piece.start : piece.end])
    embedded = _embedded_text(title if title not in piece.path else "", section, piece.path, words)
    return Chunk(ordinal, piece.start, piece.end, section, words, embedded)


def _embedded_text(title: str, section: str, path: Path, words: str) -> str:
    for heading in path:  # said already by the section
        words = words.removeprefix(heading).lstrip()
    return ". ".join(filter(None, (title, section, words)))[:EMBEDDED_CHARACTERS].rstrip()


def _title(values: dict[str, Any]) -> str:
    """The front matter's own; a title made of the file's name is no part of the text."""
    named = values.get("title")
    return folded(named)[:HEADING_CHARACTERS].rstrip() if isinstance(named, str) else ""


def _pieces(body: str) -> Iterator[_Piece]:
    for path, heading_end, spans in _sections(body):
        for start, end in _packed(body, spans):
            words = len(_shown(body, max(start, heading_end), end))
            yield _Piece(start, end, path, words)


def _shown(body: str, start: int, end: int) -> str:
    return _COMMENT.sub("", body[start:end]).strip()


def _sections(body: str) -> Iterator[tuple[Path, int, list[tuple[int, int]]]]:
    """Each section's path, where its heading ends, and the spans of its blocks, heading first."""
    found = list(_spans(body))
    above = _root(body, [heading for _, _, heading in found if heading])
    spans: list[tuple[int, int]] = []
    heading_end = 0
    for start, end, heading in found:
        if heading:
            if spans:
                yield _path(above), heading_end, spans
            above = [each for each in above if each.level < heading.level] + [heading]
            spans, heading_end = [], end
        spans.append((start, end))
    if spans:
        yield _path(above), heading_end, spans


def _root(body: str, headings: list[Heading]) -> list[Heading]:
    """A document without a heading of level 1 has its front matter's title in that place."""
    title = _title(front_matter(body))
    if not title or any(heading.level == 1 for heading in headings):
        return []
    return [Heading(0, title)]


def _path(above: list[Heading]) -> Path:
    return tuple(each.text[:HEADING_CHARACTERS].rstrip() for each in above if each.text)


def _spans(body: str) -> Iterator[tuple[int, int, Heading | None]]:
    """The top-level blocks as characters; what lies between two belongs to the first."""
    offset = content_start(body)
    content = body[offset:]
    if not content.strip():
        return
    starts = [offset, *(offset + end.end() for end in LINE_END.finditer(content))]
    # A document of link definitions alone has no block, yet has words.
    found = blocks(content) or [Block(0, len(starts), None)]
    firsts = [offset, *(starts[block.first] for block in found[1:]), len(body)]
    for block, (start, end) in zip(found, pairwise(firsts), strict=True):
        yield start, end, block.heading


def _packed(body: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Blocks put together up to the target, whole where they can be; a small tail joins."""
    packed: list[tuple[int, int]] = []
    for start, end in _led_in(body, spans):
        if packed and _goes_on(packed[-1], end):
            start, _ = packed.pop()
        packed += _cut(body, start, end)
    if len(packed) > 1 and packed[-1][1] - packed[-1][0] < SMALL:
        (start, _), (_, end) = packed[-2:]
        if end - start <= LARGEST:
            packed[-2:] = [(start, end)]
    return packed


def _led_in(body: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """With what ends in a colon and the list, table or listing that it announces as one block."""
    whole: list[tuple[int, int]] = []
    for start, end in spans:
        if whole and end - whole[-1][0] <= LARGEST and _LEADS_IN.search(body, *whole[-1]):
            start, _ = whole.pop()
        whole.append((start, end))
    return whole


def _goes_on(last: tuple[int, int], end: int) -> bool:
    start, middle = last
    return end - start <= TARGET or middle - start < SMALL


def _cut(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LARGEST:
        middle = _break(body, start)
        yield start, middle
        start = middle
    yield start, end


def _break(body: str, start: int) -> int:
    """Where to cut a text that is too long: between its parts, else a sentence, else a word."""
    low, high, limit = start + SMALL, start + TARGET, start + LARGEST
    for line_start in _LINE_STARTS:
        if found := [match.end() for match in line_start.finditer(body, low, high)]:
            return found[-1]
    if line := _LINE_STARTS[-1].search(body, high, limit):
        return line.end()
    if sentences := [match.end() for match in _SENTENCE_END.finditer(body, low, high)]:
        return sentences[-1]
    return max((at.end() for at in re.finditer(r"\s", body[low:high])), default=high - low) + low


def _merged(pieces: list[_Piece]) -> list[_Piece]:
    """Headings without text go with what follows them (the last with what is before it), and
    neighbouring sections of a few words become one, under the headings that they share."""
    merged: list[_Piece] = []
    for piece in pieces:
        if merged and _belong(merged[-1], piece):
            merged[-1] = _joined(merged[-1], piece)
        else:
            merged.append(piece)
    if len(merged) > 1 and not merged[-1].words and _fits(merged[-2], merged[-1], LARGEST):
        merged[-2:] = [_joined(*merged[-2:])]
    return merged


def _belong(first: _Piece, second: _Piece) -> bool:
    if not first.words:
        return _fits(first, second, LARGEST)
    return first.words < STUB and second.words < STUB and _fits(first, second, TARGET)


def _fits(first: _Piece, second: _Piece, limit: int) -> bool:
    return second.end - first.start <= limit


def _joined(first: _Piece, second: _Piece) -> _Piece:
    if not first.words:
        path = second.path
    elif not second.words:
        path = first.path
    else:
        pairs = takewhile(
            lambda pair: pair[0] == pair[1], zip(first.path, second.path, strict=False)
        )
        path = tuple(heading for heading, _ in pairs)
    return _Piece(first.start, second.end, path, first.words + second.words)


def _trimmed(body: str, piece: _Piece) -> _Piece:
    text = body[piece.start : piece.end]
    end = piece.start + len(text.rstrip())
    start = piece.start + _BLANK_LINES.match(text).end()  # type: ignore[union-attr]
    return _Piece(min(start, end), end, piece.path, piece.words)
