"""A document as a page with one quote of it marked: inert, as `markdown.render`, and as exact as
the quote is.

The tokens are marked, not the HTML: each knows its lines, and its text is found again in them. So
a mark never crosses an element, and whatever a document holds, no tag is made from it.
"""

import html
import re
from dataclasses import dataclass
from itertools import accumulate

from markdown_it.token import Token

from retrieval import markdown, marked_html
from retrieval.plain import scrubbed

EXCERPT_CHARACTERS = 60_000  # of a document that is too large for a page, around the quote
FAR = 24  # characters that an entity or an escape may take where one was read
WORDS_SPACED = 2_000  # of a quote that is looked for whatever its white space

# Noncharacters, which no text holds for long: `_clean_text` takes them out of documents.
OPEN, CLOSE = "\ufdd0", "\ufdd1"
_SENTINELS = str.maketrans({OPEN: "\ufffd", CLOSE: "\ufffd", "\0": "\ufffd"})
_ATTRIBUTE_LIST = re.compile(r"\{:[^{}\n]{0,200}\}")  # kramdown's, which say how to show a link
_PIECE = re.compile(r"\w+|\W")
_PRE, _TABLE = re.compile(r"<pre>"), re.compile(r"<table>(.*?)</table>", re.S)
SHOWN_AS_TEXT = ("text", "code_inline")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a document: all of them in `text`, or the first there and the last in `until`.

    `section` ("A > B") says which of several places that have the same words is meant.
    """

    text: str = ""
    until: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`found`: the quote is there, and marked. `whole`: false for an excerpt."""

    html: str
    found: bool
    whole: bool = True


def page(body: str, quote: Quote) -> Page:
    """The document without its front matter; the first mark has the id `passage`."""
    text = _clean_text(body[markdown.content_start(body) :])
    span = locate(text, quote) if quote.text else None
    tokens = markdown.page_tokens(text)
    if tokens is None:
        return _plain(text, span)
    _uncover(tokens)
    if span:
        _Marker(text, span).mark(tokens)
    _cut_attribute_lists(tokens)
    clean = markdown.page_html(tokens, images=False)
    if span and OPEN not in clean:  # its words stand in the document's own HTML
        clean = marked_html.mark(clean, text[slice(*span)], OPEN, CLOSE)
    return Page(_tags(clean), span is not None)


def locate(text: str, quote: Quote) -> tuple[int, int] | None:
    """`[from, to)` of the quote in a text whose lines end in "\\n": word for word, or at least but
    for white space; within its section before anywhere else."""
    wanted, until = _clean_text(quote.text), _clean_text(quote.until)
    for start in dict.fromkeys((_section_start(text, quote.section), 0)):
        for find in (_exact, _spaced):
            if found := find(text, wanted, start):
                end = find(text, until, found[1]) if until else found
                return (found[0], end[1]) if end else found
    return None


def _clean_text(text: str) -> str:
    return markdown.LINE_END.sub("\n", scrubbed(text)).translate(_SENTINELS)


def _section_start(text: str, section: str) -> int:
    """Where the last heading of `A > B` stands, each looked for after the one before it."""
    at = 0
    for heading in filter(None, section.split(" > ")):
        found = re.compile(rf"^ {{0,3}}#{{1,6}}[ \t]+{re.escape(heading)}", re.M).search(text, at)
        at = found.start() if found else at
    return at


def _exact(text: str, wanted: str, start: int) -> tuple[int, int] | None:
    at = text.find(wanted, start)
    return None if at == -1 else (at, at + len(wanted))


def _spaced(text: str, wanted: str, start: int) -> tuple[int, int] | None:
    words = wanted.split()
    if not 0 < len(words) <= WORDS_SPACED:
        return None
    found = re.compile(r"\s+".join(map(re.escape, words))).search(text, start)
    return found.span() if found else None


class _Marker:
    """Puts sentinels around what lies in the span, token by token, in the order of the text."""

    def __init__(self, text: str, span: tuple[int, int]) -> None:
        self._text = text
        self._from, self._to = span
        self._at = 0  # what comes next is not before this,
        self._end = len(text)  # nor after this
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def mark(self, tokens: list[Token]) -> None:
        for token in tokens:
            if not token.map or not self._reaches(*token.map):
                continue
            if token.type in ("fence", "code_block"):
                self._at += len(token.markup)
                lines = token.content.splitlines(keepends=True)
                token.content = "".join(self._marked(line) for line in lines)
            for child in token.children or ():
                if child.type in SHOWN_AS_TEXT:
                    child.content = self._marked(child.content)

    def _reaches(self, first: int, last: int) -> bool:
        """Goes to these lines; False when the span has nothing of them."""
        self._at = max(self._at, self._lines[first])
        self._end = self._lines[last]
        return self._lines[first] < self._to and self._from < self._end

    def _marked(self, content: str) -> str:
        """The content with its part in the span between sentinels, when there is one."""
        offsets = self._offsets(content)
        inside = [i for i, offset in enumerate(offsets) if self._from <= offset < self._to]
        if not inside:
            return content
        first, last = inside[0], inside[-1] + 1
        return f"{content[:first]}{OPEN}{content[first:last]}{CLOSE}{content[last:]}"

    def _offsets(self, content: str) -> list[int]:
        """Where each character stands in the text; about where, for what was written otherwise
        (an entity, an escape)."""
        at = self._text.find(content, self._at, self._end)
        if at == -1:
            return [offset for piece in _PIECE.findall(content) for offset in self._piece(piece)]
        self._at = at + len(content)
        return list(range(at, self._at))

    def _piece(self, piece: str) -> list[int]:
        far = self._end if piece.isalnum() else self._at + FAR
        at = self._text.find(piece, self._at, far)
        if piece.isspace():  # a line may end there
            at = self._at if self._text[self._at : self._at + 1].isspace() else -1
        if at == -1:
            return [self._at] * len(piece)
        self._at = at + len(piece)
        return list(range(at, self._at))


def _uncover(tokens: list[Token]) -> None:
    """As text: an image's words, since a page asks other sites for nothing, and `<name>`, which is
    no tag. And no second heading of the first level."""
    for token in tokens:
        if token.type.startswith("heading_"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 1)}"
        for each in (token, *(token.children or ())):
            looks_like_html = each.type in ("html_block", "html_inline")
            if each.type == "image" or (looks_like_html and not markdown.is_html(each.content)):
                each.type = "text"


def _cut_attribute_lists(tokens: list[Token]) -> None:
    for token in tokens:
        for child in token.children or ():
            if child.type == "text":
                child.content = _ATTRIBUTE_LIST.sub(_sentinels_of, child.content)


def _sentinels_of(cut: re.Match[str]) -> str:
    return "".join(character for character in cut[0] if character in (OPEN, CLOSE))


def _plain(text: str, span: tuple[int, int] | None) -> Page:
    start, end = span or (0, 0)
    near = max(0, start - EXCERPT_CHARACTERS // 4)
    first = text.rfind("\n", 0, near) + 1 if near else 0
    if near - first > EXCERPT_CHARACTERS // 4:  # one line, however long, is cut as well
        first = near
    last = first + EXCERPT_CHARACTERS
    end = min(end, last)
    parts = (text[first:start], OPEN, text[start:end], CLOSE, text[end:last])
    shown = "".join(parts) if span else text[first:last]
    whole = first == 0 and last >= len(text)
    return Page(_tags(f"<pre>{html.escape(shown)}</pre>\n"), span is not None, whole)


def _tags(clean: str) -> str:
    """The sentinels of a page that was made inert as tags, and what can be scrolled as such."""
    joined = clean.replace(f"{CLOSE}\n{OPEN}", "\n").replace(f"{CLOSE}{OPEN}", "")
    marked = joined.replace(OPEN, '<mark id="passage">', 1).replace(OPEN, "<mark>")
    wide = _TABLE.sub(r'<div class="wide-table" tabindex="0"><table>\1</table></div>', marked)
    return _PRE.sub('<pre tabindex="0">', wide.replace(CLOSE, "</mark>"))
