"""Markdown to bare words, for headings and for what is indexed and embedded: regular expressions on
short texts, since a chunk is a slice of a document and need not be whole Markdown.

What is in code is content, whatever it looks like: `<pod>` and `{{ .Values.image }}` stay.
"""

import html
import re

# Longest text that is looked at: each expression below is linear or bounded at this length.
LIMIT = 4_000

_SURROGATES = re.compile("[\ud800-\udfff]")
# In a block that was cut, the first fence closes: what it seems to open must not open another.
_CODE = re.compile(
    r"^[ \t>]*(`{3,}|~{3,})[^\n`]*\n(?P<block>(?:(?!^[ \t>]*\1[ \t]*\w).)*?)"
    r"(?:^[ \t>]*\1[`~]*[ \t]*$|\Z)"
    r"|(?<!`)(`+)(?!`)(?P<span>(?:[^`\n]|\n(?![ \t]*\n)){1,500}|[^\n]{1,500}?)(?<!`)\3(?!`)",
    re.M | re.S,
)
_KEPT = re.compile("\ue000(\\d+)\ue001")  # where code stood, while its surroundings are cleaned
_WITHIN_WORDS = re.compile(
    r"</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|s|small|span|strong|sub|sup|u)(?:\s[^<>]{0,300})?/?>"
)
_UNSEEN = [
    (re.compile(r"<!--.*?(?:-->|\Z)", re.S), " "),
    (re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.S | re.I), " "),
    (re.compile(r"<((?:https?|mailto):[^<>\s]{1,1000})>"), r" \1 "),
    (_WITHIN_WORDS, ""),
    (re.compile(r"</?[a-zA-Z][^<>]{0,300}>"), " "),
    (re.compile(r"\{%-?\s*comment\b.*?(?:endcomment\s*-?%\}|\Z)", re.S), " "),
    (re.compile(r"\{\{[<%].{0,300}?[%>]\}\}|\{%.{0,300}?%\}", re.S), " "),  # Hugo, Liquid
    (re.compile(r"\{\{[^{}]{0,100}\}\}"), " "),
    (re.compile(r"\{[:#.][^{}]{0,200}\}"), " "),  # attributes: {: .note}, {#name}
]
_LINK = re.compile(
    r"!?\[([^\[\]]{0,500})\](?:\((?:[^()\n]|\([^()\n]{0,200}\)){0,1000}\)|\[[^\[\]\n]{0,200}\])"
)
_LINKS = [
    (re.compile(r"^ {0,3}\[[^\[\]\n]{1,200}\]:[^\n]*$", re.M), " "),
    (_LINK, r"\1"),
    (_LINK, r"\1"),  # an image was in a link
]
_LINE_MARKS = [
    (re.compile(r"^[ \t>]*(?:#{1,6}|[-+*]|\d{1,9}[.)])[ \t]+", re.M), ""),
    (re.compile(r"^[ \t>]*(?:`{3,}|~{3,})[^\n]*$", re.M), " "),  # of a block that was cut
    (re.compile(r"^[ \t]*[-=*_|: \t]{3,}$", re.M), " "),
    (re.compile(r"^[ \t]*>+", re.M), " "),
    (re.compile(r"[ \t]+#+[ \t]*$", re.M), ""),
    (re.compile(r"\|"), " "),
]
_INLINE_MARKS = [
    (re.compile(r"`+|\*\*|~~|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)"), ""),
    (re.compile(r"(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)"), ""),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
]


def scrubbed(text: str) -> str:
    """Without lone surrogates, which no UTF-8 file holds and neither C nor Rust code takes."""
    return _SURROGATES.sub("\ufffd", text)


def folded(text: str) -> str:
    """With each run of white space (and NUL) as one space."""
    return " ".join(scrubbed(text).replace("\0", " ").split())


def plain_line(text: str) -> str:
    """The words of a heading."""
    return _without(text, _UNSEEN + _LINKS[1:] + _INLINE_MARKS)


def plain_text(text: str) -> str:
    """The words of a piece of a document."""
    return _without(text, _UNSEEN + _LINKS + _LINE_MARKS + _INLINE_MARKS)


def words_of(text: str) -> str:
    """As `plain_text`, but of what is markup alone the markup: it is all there is to find."""
    return plain_text(text) or folded(text)


def _without(text: str, marks: list[tuple[re.Pattern[str], str]]) -> str:
    text = text[:LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    code: list[str] = []
    text = _CODE.sub(lambda found: _kept(found, code), _KEPT.sub(" ", text))
    for pattern, replacement in marks:
        text = pattern.sub(replacement, text)
    return folded(_KEPT.sub(lambda found: code[int(found[1])], html.unescape(text)))


def _kept(found: re.Match[str], code: list[str]) -> str:
    """A mark in place of code; a block stands apart from what is before and after it."""
    block = found["block"]
    code.append(found["span"] if block is None else f" {block} ")
    return f"\ue000{len(code) - 1}\ue001"
