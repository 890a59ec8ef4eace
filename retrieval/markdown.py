"""Markdown as everything here reads it: one parser for chunks and pages, one rendering, inert.

Any string is a document: what is too large or too odd to parse in reasonable time is still shown,
as plain text.
"""

import html
import re
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from retrieval import tables, yaml_values
from retrieval.plain import folded, plain_line, scrubbed

# The parser takes up to 60 µs a line and 20 µs a character, and the sanitiser time quadratic in
# open tags: these bound a page at some seconds, far above any document that a person wrote.
RENDERED_CHARACTERS = 200_000
PARSED_LINES = 50_000
RAW_HTML_TAGS = 2_000
FRONT_MATTER_CHARACTERS = 20_000
TITLE_CHARACTERS = 200
TITLE_LOOKED_FOR_IN = 20_000
TITLE_MOSTLY_IN = 1_000
HUGE_BITS = 1_000

BOM = "\ufeff"
LINE_END = re.compile(r"\r\n?|\n")
_TAG = re.compile(r"<[a-zA-Z/]")
_TAG_NAME = re.compile(r"</?([a-zA-Z][\w:-]*)")
_LIKE_A_HEADING = re.compile(r"(?:^|(?<=\r)) {0,3}(?:#|(?:=+|-+)[ \t]*(?:$|\r))", re.M)
_LIKE_A_DEFINITION = re.compile(r"(?:^|(?<=\r)) {0,3}\[", re.M)
_FENCE = re.compile(r"---[ \t]*(?:\r\n?|\n)")
_FRONT_MATTER_END = re.compile(r"(?:^|(?<=\r))(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)", re.M)
_YAML_KEY = re.compile(r"""(?:[ \t]*(?:\#[^\r\n]*)?(?:\r\n?|\n))*["']?[\w.][^:\r\n]*:(?:\s|\Z)""")


class Heading(NamedTuple):
    level: int
    text: str


class Block(NamedTuple):
    """A block at the top level; lines count from 0, `last` is not in it."""

    first: int
    last: int
    heading: Heading | None


def _parser(*, raw_html: bool) -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": raw_html}).enable(["table", "strikethrough"])


_WITH_HTML = _parser(raw_html=True)
_WITHOUT_HTML = _parser(raw_html=False)
_BLOCKS = _parser(raw_html=True).disable(["inline", "text_join"])
# A parser compiles its rules at its first use, which two threads must not do at once.
for _each in (_WITH_HTML, _WITHOUT_HTML, _BLOCKS):
    _each.parse("*warm*")

_ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
_ATTRIBUTES["code"] = {"class"}
# fmt: off
_HTML_TAGS = nh3.ALLOWED_TAGS | {
    "audio", "base", "body", "button", "canvas", "embed", "fieldset", "font", "form", "frame",
    "head", "html", "iframe", "input", "label", "legend", "link", "main", "math", "meta",
    "noscript", "object", "optgroup", "option", "param", "path", "picture", "script", "section",
    "select", "slot", "source", "style", "svg", "template", "textarea", "title", "video",
}
# fmt: on


def _cleaner(tags: set[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


_CLEANER = _cleaner(nh3.ALLOWED_TAGS)
_WITHOUT_IMAGES = _cleaner(nh3.ALLOWED_TAGS - {"img"})


def content_start(body: str) -> int:
    """Where a document's content begins: after the byte order mark and the front matter."""
    return _front_matter_span(body)[1]


def front_matter(body: str) -> dict[str, Any]:
    """The front matter's values; {} when it is absent, malformed, too large, or not a mapping."""
    start, end = _front_matter_span(body)
    if not 0 < end - start <= FRONT_MATTER_CHARACTERS:
        return {}
    text = LINE_END.sub("\n", body[start:end]).removeprefix("---")
    try:
        values = yaml_values.load(text.rstrip().removesuffix("---").removesuffix("..."))
        return {str(key): value for key, value in values.items()}
    except Exception:  # PyYAML's constructors raise whatever they stumble over
        return {}


def title(body: str, path: str) -> str:
    """The front matter's title, else the first heading, else the file's name made readable."""
    if named := _named(front_matter(body).get("title")):
        return named
    start = content_start(body)
    return first_heading(body[start : start + TITLE_LOOKED_FOR_IN]) or _title_from(
        PurePosixPath(path)
    )


def first_heading(content: str) -> str:
    """The text of the first heading that has one, at the top level; empty when there is none.

    Blocks are read from the top down, so a heading that ends before the end of what was read is
    one whatever follows: most are found in the first lines. Unless what looks like one is in the
    title of a link definition, which may be closed many lines on.
    """
    if not _LIKE_A_HEADING.search(content):
        return ""
    first = content[:TITLE_MOSTLY_IN]
    found = ""
    if first != content and not _LIKE_A_DEFINITION.search(first):
        found = _heading_within(first, _line_count(first) - 1)
    return found or _heading_within(content, _line_count(content))


def _heading_within(content: str, lines: int) -> str:
    """The first heading that has a text, if it ends within so many lines."""
    found = (block for block in blocks(content) if block.heading and block.heading.text)
    block = next(found, None)
    return block.heading.text if block and block.heading and block.last <= lines else ""


def render(body: str) -> str:
    """The document as HTML in which nothing can run; the front matter is not shown."""
    text = scrubbed(body[content_start(body) :])
    found = page_tokens(text)
    return f"<pre>{html.escape(text)}</pre>\n" if found is None else page_html(found)


def page_tokens(text: str) -> list[Token] | None:
    """A document's content as what `page_html` renders; None for what is too much for a page."""
    if len(text) > RENDERED_CHARACTERS or _is_too_much(text):
        return None
    parser = _WITH_HTML if len(_TAG.findall(text)) <= RAW_HTML_TAGS else _WITHOUT_HTML
    return parser.parse(text)


def page_html(found: list[Token], *, images: bool = True) -> str:
    """HTML in which nothing can run; without images, it asks other sites for nothing either."""
    cleaner = _CLEANER if images else _WITHOUT_IMAGES
    return cleaner.clean(_WITH_HTML.renderer.render(found, _WITH_HTML.options, {}))


def is_html(markup: str) -> bool:
    """Whether this is of HTML, and not `<pod>` in a sentence, which only looks like it."""
    found = _TAG_NAME.match(markup.lstrip())
    return found is None or found[1].lower() in _HTML_TAGS


def blocks(content: str) -> list[Block]:
    """The blocks at the top level, in order; one that spans it all when that is too much.

    Lines are those of `LINE_END`. Link definitions and blank lines belong to no block.
    """
    if _is_too_much(content):
        return [Block(0, _line_count(content), None)]
    tokens = _BLOCKS.parse(content)
    return [
        Block(token.map[0], token.map[1], _heading(token, tokens[place + 1 : place + 2]))
        for place, token in enumerate(tokens)
        if token.level == 0 and token.map and token.nesting >= 0
    ]


def tokens(content: str) -> list[Token]:
    """All that the parser sees, what is within lines too; [] for what is too long to be parsed."""
    if len(content) > RENDERED_CHARACTERS or _is_too_much(content):
        return []
    return _WITHOUT_HTML.parse(content)


def _is_too_much(text: str) -> bool:
    return _line_count(text) > PARSED_LINES or tables.lack_cells(text)


def _heading(token: Token, following: list[Token]) -> Heading | None:
    if token.type != "heading_open":
        return None
    text = _shortened(plain_line(following[0].content)) if following else ""
    return Heading(int(token.tag[1:]), text)


def _front_matter_span(body: str) -> tuple[int, int]:
    """Where the front matter starts and where content does; equal when there is none.

    A rule (`---`) that opens a document is no front matter unless keys follow and it is closed.
    """
    start = 1 if body.startswith(BOM) else 0
    opened = _FENCE.match(body, start)
    if opened is None:
        return start, start
    closed = _FRONT_MATTER_END.search(body, opened.end())
    if closed is None:
        return start, start
    if body[opened.end() : closed.start()].strip() and not _YAML_KEY.match(body, opened.end()):
        return start, start
    return start, closed.end()


def _named(value: Any) -> str:
    """A front matter's title in words; Python itself refuses to write out a huge number."""
    if isinstance(value, int) and value.bit_length() > HUGE_BITS:
        return ""
    return _shortened(folded(str(value))) if isinstance(value, str | int | float) else ""


def _title_from(path: PurePosixPath) -> str:
    name = path.stem
    if name.lower() in {"index", "_index", "readme"} and path.parent.name:
        name = path.parent.name
    words = _shortened(folded(re.sub(r"[-_]+", " ", name))) or name
    return words if any(map(str.isupper, words)) else words[:1].upper() + words[1:]


def _shortened(text: str) -> str:
    return text[:TITLE_CHARACTERS].rstrip()


def _line_count(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n") + 1
