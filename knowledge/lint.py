"""Hints on a text while it is written: what readers, search or the index will stumble over.

Hints never keep anyone from saving.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _
from markdown_it.token import Token

from knowledge import revisions
from knowledge.models import Document, Revision
from retrieval import freshness, markdown
from retrieval.messages import told

LOOKED_AT = 50  # documents that may link to one

_OPENED = re.compile(r"""\ufeff?---[ \t]*\n["']?[\w.][^:\n]*:(?:\s|\Z)""")
_FENCE_CLOSED = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t]*\Z")


@dataclass(frozen=True, slots=True)
class Hint:
    line: int  # from 1; where to look
    words: str


def hints(body: str, path: str, *, pk: int | None = None) -> list[Hint]:
    """What is worth a second look, by line; `body` has a form's newlines (LF) alone."""
    start = markdown.content_start(body)
    offset = body.count("\n", 0, start)
    tokens = markdown.tokens(body[start:])
    found = [
        *_front_matter(body, start),
        *_freshness(body, start),
        *_heading(body, start, tokens),
        *_fences(body[start:], tokens, offset),
        *_links(path, tokens, offset),
        *_title(body, path, pk),
    ]
    return sorted(found, key=lambda hint: hint.line)


def _front_matter(body: str, start: int) -> Iterator[Hint]:
    held = body[:start].strip("\ufeff \n-.")
    if held and not markdown.front_matter(body):
        yield Hint(1, _("The front matter can't be read: nothing in it counts."))
    if not held and _OPENED.match(body):
        yield Hint(1, _("The front matter is never closed: end it with a line of three dashes."))


def _freshness(body: str, start: int) -> Iterator[Hint]:
    """On the line of the key that does not count; an unreadable front matter is told already."""
    for problem in freshness.read(body).problems:
        key = problem.partition(" ")[0]
        if problem != freshness.UNREADABLE:
            yield Hint(body.count("\n", 0, max(0, body.find(key, 0, start))) + 1, told(problem, _))


def _heading(body: str, start: int, tokens: list[Token]) -> Iterator[Hint]:
    if not body[start:].strip() or "title" in markdown.front_matter(body):
        return
    if not any(token.type == "heading_open" for token in tokens):
        yield Hint(1, _("There is no heading: the document is named after its file."))


def _fences(content: str, tokens: list[Token], offset: int) -> Iterator[Hint]:
    lines = content.split("\n")
    for token in tokens:
        if token.type != "fence" or not token.map:
            continue
        first, last = token.map
        if last - first < 2 or not _FENCE_CLOSED.match(lines[last - 1]):
            yield Hint(first + offset + 1, _("This code block is never closed."))
        elif not token.info.strip():
            yield Hint(
                first + offset + 1,
                _("This code block names no language: write ```bash for a command."),
            )


def _links(path: str, tokens: list[Token], offset: int) -> Iterator[Hint]:
    wanted = [(line, target) for line, href in _hrefs(tokens) if (target := resolved(path, href))]
    missing = {target for _line, target in wanted} - _live(target for _line, target in wanted)
    for line, target in wanted:
        if target in missing:
            yield Hint(line + offset + 1, _("There is no document %(path)s.") % {"path": target})


def resolved(path: str, href: str) -> str:
    """The document that a link in the document at `path` names; empty when it names none of ours.

    >>> resolved("ops/db.md", "../intro.md#start")
    'intro.md'
    """
    try:
        parts = urlsplit(href)
    except ValueError:  # as of an address that is none
        return ""
    target = unquote(parts.path)
    if parts.scheme or parts.netloc or not target.endswith(".md"):
        return ""
    joined = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), target))
    return joined.lstrip("/")


def linking_to(path: str) -> list[Document]:
    """The live documents whose links would lead nowhere if this one were not at `path`."""
    name = posixpath.basename(path)
    holding = Q(revision__body__contains=name) | Q(revision__body__contains=quote(name))
    near = revisions.live().filter(holding).exclude(path=path).order_by("path")
    return [each for each in near[:LOOKED_AT] if each.revision and _names(each.revision, path)]


def _names(revision: Revision, path: str) -> bool:
    content = revision.body[markdown.content_start(revision.body) :]
    hrefs = _hrefs(markdown.tokens(content))
    return any(resolved(revision.path, href) == path for _line, href in hrefs)


def _hrefs(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open" and token.map:
                yield token.map[0], str(child.attrGet("href") or "")


def _live(paths: Iterable[str]) -> set[str]:
    return set(revisions.live().filter(path__in=set(paths)).values_list("path", flat=True))


def _title(body: str, path: str, pk: int | None) -> Iterator[Hint]:
    title = revisions.title_of(body, path)
    others = revisions.live().filter(revision__title=title).exclude(path=path)
    others = others.exclude(pk=pk or 0)
    other = others.values_list("path", flat=True).first() if title else None
    if other:
        yield Hint(
            1,
            _("%(path)s has the same title: readers can't tell the two apart.") % {"path": other},
        )
