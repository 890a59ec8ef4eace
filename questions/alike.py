"""Which questions are alike: by their content words, whatever their order, case and accents.

Two are one gap when they share four fifths of their words (Jaccard), and every word with a digit
in it: `error 404` is not `error 500`. Too little grouped costs an editor a look, too much hides
a question, so the rule is a strict one: questions of three words or fewer must share them all.
"""

import hashlib
import re
from collections.abc import Iterable, Set
from functools import lru_cache

from retrieval.analysis import ANALYSER as ANALYSER
from retrieval.analysis import terms, without_accents
from retrieval.stopwords import STOP_WORDS

ALIKE = 0.8
MOST_TERMS = 64  # of one question

# Said around a question, in it they ask nothing.
_POLITE = """
hello hi hey please thanks thank tell know want need like explain show bonjour bonsoir salut svp
merci plait dire dites savoir veux voudrais aimerais souhaite besoin expliquer expliquez indiquer
"""
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")


def words_of(question: str) -> frozenset[str]:
    """Its terms, by the analyser that searches: stems in English and French, identifiers in parts.

    A question of nothing but fillers or signs is its own only word.
    """
    found = list(dict.fromkeys(_root(term) for term in terms(question)))
    telling = [term for term in found if term not in _FILLERS] or found
    return frozenset(telling[:MOST_TERMS] or [folded(question)[:MOST_TERMS]])


@lru_cache(maxsize=4096)
def _root(term: str) -> str:
    """A stem that is stemmed no further: `printers`, `printer` and `print` are one word here."""
    while (shorter := "".join(terms(term))) and len(shorter) < len(term):
        term = shorter
    return term


_FILLERS = frozenset(_root(term) for word in _POLITE.split() for term in terms(word))


def telling_words(question: str) -> list[str]:
    """Its words as they are written, but for stop words and fillers."""
    found = _WORD.findall(question)
    return [word for word in found if folded(word) not in STOP_WORDS and _is_telling(word)]


def _is_telling(word: str) -> bool:
    return not _FILLERS.issuperset(_root(term) for term in terms(word))


def key_of(words: Iterable[str]) -> str:
    """Equal for questions of the same words."""
    return hashlib.sha256("\n".join(sorted(words)).encode()).hexdigest()


def likeness(one: Set[str], other: Set[str]) -> float:
    """From 0 to 1; 0 when a word with a digit is in one of them alone."""
    if any(_DIGIT.search(word) for word in one ^ other):
        return 0.0
    return len(one & other) / len(one | other)


def folded(text: str) -> str:
    """Without case, accents and superfluous white space."""
    return " ".join(without_accents(text).casefold().split())
