"""Text to search terms, alike for what is indexed and what is asked.

One chain serves both languages, so that a question never misses because its language was guessed
wrong: each word goes through the French stemmer, then the English one, which costs neither language
its measured quality.
"""

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

from retrieval.stopwords import STOP_WORDS

# A later one must give at least the terms of those before it: it asks the versions that they made.
ANALYSER = "fr-en-2"

LONGEST_TERM = 64
_PARTS_IN = 200  # longer is no identifier but data: one term, cut

_WORD = re.compile(r"[A-Za-z](?:\+\+|#)(?![\w+#])|[^\W_]+(?:[._-][^\W_]+)*")  # C++ is a word
_VERSION = re.compile(r"(?:^|(?<=[._-]))v?(\d+(?:\.\d+)+)(?![^\W_])", re.IGNORECASE)
_SEPARATOR = re.compile(r"[._-]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"})


class _Stemmers(threading.local):
    """A stemmer is not thread-safe: each thread has its own."""

    def __init__(self) -> None:
        self.english = Stemmer.Stemmer("english", 0)
        self.french = Stemmer.Stemmer("french", 0)

    def stem(self, word: str) -> str:
        stem: str = self.english.stemWord(self.french.stemWord(word))
        return stem or word


_stemmers = _Stemmers()


def terms(text: str) -> list[str]:
    """The terms in order, with repetitions. Stop words count only where there is nothing else."""
    words = [_terms_of(word) for word in _WORD.findall(without_accents(text))]
    told = [term for terms, _ in words for term in terms]
    return told or [term for _, stopped in words for term in stopped]


@lru_cache(maxsize=65_536)
def _terms_of(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The terms of a word, and those that are stop words.

    An identifier gives itself, without its separators, so that `KubePodCrashLooping` and
    `kube-pod-crash-looping` are one, then its parts, then the versions that it names: `v1.2.3` is
    1.2.3, and a 1.2.
    """
    if len(word) > _PARTS_IN:
        return (word[:LONGEST_TERM].casefold(),), ()
    pieces = _SEPARATOR.split(word)
    parts = [part.casefold() for piece in pieces for part in _CAMEL.split(piece)]
    told = [part for part in parts if part not in STOP_WORDS]
    stopped = tuple(map(_term, (part for part in parts if part in STOP_WORDS)))
    if len(parts) == 1 or not told:
        return tuple(map(_term, told)), stopped
    whole = ".".join(parts) if all(map(str.isdigit, parts)) else "".join(parts)
    found = [_term(whole), *(_term(part) for part in told if len(part) > 1)]
    return (*found, *(each for each in _versions(word) if each not in found)), ()


def _versions(word: str) -> list[str]:
    """The numbers of releases in a word, and the series that each belongs to."""
    numbers = [number.split(".") for number in _VERSION.findall(word)]
    series = [".".join(parts[:size]) for parts in numbers for size in range(len(parts), 1, -1)]
    return list(dict.fromkeys(each[:LONGEST_TERM] for each in series))


def _term(word: str) -> str:
    return _stemmers.stem(word)[:LONGEST_TERM]


def without_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(each for each in decomposed if not unicodedata.combining(each))
