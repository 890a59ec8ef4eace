"""What is searched of a chunk: its own words, and what its document says of itself around them."""

import re
from collections.abc import Iterable
from typing import Any

from retrieval.analysis import terms
from retrieval.chunking import Chunk
from retrieval.markdown import front_matter

# How often the words of a title and of the headings above a chunk count, once in the chunk's own.
TITLE = 2
HEADINGS = 2
# What a front matter says of the text, in the words that Jekyll, Hugo, MkDocs and others agree on.
TELLING = ("description", "summary", "subtitle", "keywords", "tags", "categories", "aliases")
TELLING_CHARACTERS = 1_000

_PATH_MARKS = re.compile(r"[/\\]|\.md$")


class Fields:
    """Of one document: what all its chunks are found by."""

    def __init__(self, path: str, title: str, body: str) -> None:
        self._title = terms(title) * TITLE
        told = terms(" ".join(_texts(front_matter(body)))[:TELLING_CHARACTERS])
        self._around = dict.fromkeys([*told, *terms(_PATH_MARKS.sub(" ", path))])

    def terms_of(self, chunk: Chunk) -> list[str]:
        """With repetitions; a word of the path or the front matter counts only where it is new."""
        found = [*self._title, *terms(chunk.section) * HEADINGS, *terms(chunk.words)]
        known = set(found)
        return [*found, *(term for term in self._around if term not in known)]


def _texts(values: dict[str, Any]) -> Iterable[str]:
    for key in TELLING:
        value = values.get(key)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield each
