"""Marks words in a page that was made inert already: those that a document wrote in HTML itself,
which no token of Markdown has.

Only the text between tags is touched. The sanitiser escapes `<` and `>` in text and quotes every
attribute; where a page does not look so, nothing is marked.
"""

import html
import re
from collections.abc import Iterator

TAG = re.compile(r'<[a-zA-Z/!](?:"[^"]*"|[^">])*>')
SOURCE_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL)
CHARACTER = re.compile(r"&(?:#\w{1,8}|\w{1,32});|.", re.DOTALL)

Run = tuple[int, int]


def mark(clean: str, quote: str, opening: str, closing: str) -> str:
    """The page with the first place that has the words of `quote`, whatever its tags and white
    space, between `opening` and `closing`, in each element apart; as it is when there is none."""
    runs = list(_runs(clean))
    if any(set("<>") & set(clean[start:end]) for start, end in runs):
        return clean
    found = _place(clean, runs, _squeezed(html.unescape(SOURCE_TAG.sub("", quote))))
    if found is None:
        return clean
    for start, end in reversed(runs):
        first, last = _trimmed(clean, max(start, found[0]), min(end, found[1]))
        if first < last:
            clean = f"{clean[:first]}{opening}{clean[first:last]}{closing}{clean[last:]}"
    return clean


def _runs(clean: str) -> Iterator[Run]:
    """Where the text between tags is."""
    at = 0
    for tag in TAG.finditer(clean):
        yield at, tag.start()
        at = tag.end()
    yield at, len(clean)


def _place(clean: str, runs: list[Run], wanted: str) -> Run | None:
    text: list[str] = []
    places: list[Run] = []
    for start, end in runs:
        for each in CHARACTER.finditer(clean, start, end):
            for character in _squeezed(html.unescape(each.group())):
                text.append(character)
                places.append(each.span())
    at = "".join(text).find(wanted) if wanted else -1
    return None if at == -1 else (places[at][0], places[at + len(wanted) - 1][1])


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _trimmed(clean: str, first: int, last: int) -> Run:
    while first < last and clean[first].isspace():
        first += 1
    while first < last and clean[last - 1].isspace():
        last -= 1
    return first, last
