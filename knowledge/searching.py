"""The admin's search for documents: whatever its case and accents, in any database.

SQLite folds the case of ASCII letters alone, and no database folds accents by itself. Here each
letter of what is sought becomes the set of all letters that are read as it.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

Row = TypeVar("Row", bound=Model)

_LAST = 0x2000  # the last Latin, Greek and Cyrillic letters are below it
_MARKS = "[\u0300-\u036f]*"  # accents that are characters of their own
_LONGEST = 200  # characters of a search


def matching(found: QuerySet[Row], sought: str, fields: list[str]) -> QuerySet[Row]:
    """Those that hold each word of `sought`, or phrase in quotes, in one of the fields.

    The texts are read once: a list asks for its count and for its rows.
    """
    matches = found.order_by()
    for word in _words(sought[:_LONGEST]):
        wanted = Q()
        for field in fields:
            wanted |= Q(**{f"{field}__regex": pattern(word)})
        matches = matches.filter(wanted)
    return found.filter(pk__in=list(matches.values_list("pk", flat=True)))


def pattern(word: str) -> str:
    """A regular expression for the word, that Python and PostgreSQL understand alike."""
    letters = [_folded(letter) for letter in unicodedata.normalize("NFKD", word)]
    return "".join(_any_of(each) for letter in letters for each in letter)


def _words(sought: str) -> list[str]:
    words = [
        unescape_string_literal(word) if word[0] in "\"'" and word[0] == word[-1:] else word
        for word in smart_split(sought.replace("\0", ""))
        if len(word) > 1 or word not in "\"'"
    ]
    return [word for word in words if word]


def _any_of(letter: str) -> str:
    alike = _alike().get(letter, letter) if letter.isalpha() else ""
    if not alike:
        return re.escape(letter) if letter.isascii() else letter
    return f"[{alike}]{_MARKS}"


@cache
def _alike() -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for letter in filter(str.isalpha, map(chr, range(_LAST))):
        found[_folded(letter)].append(letter)
    return {folded: "".join(letters) for folded, letters in found.items()}


def _folded(letter: str) -> str:
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()
