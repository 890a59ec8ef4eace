"""What a text asks for: its content words, each weighted by how rare it is in the version."""

import math
import re
import unicodedata
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from backend.language import ELISION
from retrieval import analysis, bm25
from retrieval.index import Index
from retrieval.stopwords import STOP_WORDS

BEFORE_WEIGHT = 0.4
MOST_WORDS = 64  # of the longest question, the rarest
ENDING = re.compile(r"['’](?:s|re|ll|ve|d|m|t)$", re.IGNORECASE)
PART = re.compile(r"[^\W_]+")
TOKEN = re.compile(r"\S+")
EDGES = "?!.,;:…\"'’‘“”«»()[]{}<>`*_~|"
# Words that shape a question and say nothing of what it is about.
_SHAPING = """
please tell explain describe give show list mean means meaning happen happens happened question
page say says tells know need want like many much long often way call called name named
plait expliquer expliquez dire dit dites donner donnez montrer signifie veut existe appelle nomme
besoin savoir
"""
SMALL = frozenset(_SHAPING.split()) | STOP_WORDS
# What follows one of these is a name, however it is written.
_NAMING = """
project service server host node cluster team alert error code customer ticket product application
app database named called projet serveur équipe alerte erreur client produit base
"""
NAMING = frozenset(_NAMING.split())
QUESTION = re.compile(
    r"\?\s*$|^\W*(?:what|who|whom|whose|which|when|where|why|how|is|are|was|were|do|does|did|can|could"
    r"|should|would|will|must|may|tell|explain|describe|list|quel(?:le)?s?|qui|que|qu|quoi|quand|où"
    r"|comment|pourquoi|combien|est|peut|faut)\b",
    re.IGNORECASE,
)
SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+)[\"'(«“]*$")


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: `name` if it looks like a name or a code, `known` if the version has it."""

    text: str
    terms: tuple[str, ...]
    weight: float
    name: bool
    known: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """`strict`: one part of a name is never all of it."""

    words: tuple[Word, ...]
    strict: bool = False

    def strictly(self) -> "Wanted":
        return replace(self, strict=True)

    def known(self) -> "Wanted":
        """The words that occur somewhere in the version."""
        return Wanted(tuple(word for word in self.words if word.known))

    def missing(self) -> "Wanted":
        """Those that occur nowhere in it."""
        return Wanted(tuple(word for word in self.words if not word.known))

    def terms(self) -> Set[str]:
        return frozenset(term for word in self.words for term in word.terms)

    def identifiers(self) -> Set[str]:
        """The names of several parts, such as an alert's or an error's."""
        return frozenset(word.terms[0] for word in self.words if word.name and word.terms[1:])

    def without(self, terms: Set[str]) -> "Wanted":
        """Without the words of these terms, unless nothing else is wanted."""
        left = tuple(word for word in self.words if word.terms[0] not in terms)
        return replace(self, words=left or self.words)

    def coverage(self, terms: Set[str]) -> float:
        """The share of what is asked for, by weight, that a text of these terms holds."""
        total = sum(word.weight for word in self.words)
        found = (word.weight * held(word, terms, strict=self.strict) for word in self.words)
        return sum(found) / total if total else 0.0


def is_question(text: str) -> bool:
    """Whether it asks, rather than states (as the text of an alert does)."""
    return QUESTION.search(text) is not None


def content_words(text: str) -> list[tuple[str, bool]]:
    """(word, whether it looks like a name), without small words and repeats."""
    found: dict[str, tuple[str, bool]] = {}
    before = ""
    for match in TOKEN.finditer(text):
        word = ENDING.sub("", ELISION.sub("", match.group().strip(EDGES)))
        if not _is_small(word):
            starts = (
                SENTENCE_START.search(text, max(0, match.start() - 8), match.start()) is not None
            )
            name = before in NAMING or _looks_like_a_name(word, capital=not starts)
            found.setdefault(word.casefold(), (word, name and not text.isupper()))
        before = word.casefold()
    return list(found.values())


def weigh(index: Index, text: str, before: str = "") -> Wanted:
    """The words of a text, and with less weight those of what was asked before it."""
    spoken = {word: (name, 1.0) for word, name in content_words(text)}
    for word, name in content_words(before):
        spoken.setdefault(word, (name, BEFORE_WEIGHT))
    terms_of = {word: tuple(dict.fromkeys(analysis.terms(word))) for word in spoken}
    terms = sorted({term for terms in terms_of.values() for term in terms})
    frequency = dict(zip(terms, bm25.document_frequencies(index.view, terms), strict=True))
    weighed = [
        _weighed(index, word, name, share, {term: frequency[term] for term in terms_of[word]})
        for word, (name, share) in spoken.items()
        if terms_of[word]
    ]
    return Wanted(tuple(sorted(weighed, key=lambda word: -word.weight)[:MOST_WORDS]))


def _weighed(
    index: Index, word: str, name: bool, share: float, frequency: Mapping[str, int]
) -> Word:
    whole, *rest = frequency.values()
    known = whole > 0 or (rest != [] and min(rest) > 0)
    weight = share * rarity(index.view.chunks, whole)
    return Word(word, tuple(frequency), weight, name, known)


def held(word: Word, terms: Set[str], *, strict: bool = False) -> float:
    """How much of a word is among these terms: an identifier may be there in parts.

    Strictly, "SEV-4" is half of "SEV-1", whose number is too short to be a term of its own.
    """
    whole, *rest = word.terms
    if whole in terms or not rest:
        return float(whole in terms)
    return sum(term in terms for term in rest) / max(1 + strict, len(rest))


def _is_small(word: str) -> bool:
    """Whether it says nothing of what is asked about, nor does any of its parts ("est-ce")."""
    return _plain(word) in SMALL or all(part in SMALL for part in PART.findall(_plain(word)))


def _plain(word: str) -> str:
    """Folded as the stop words are: without case, accents and the curl of an apostrophe."""
    folded = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(each for each in folded if not unicodedata.combining(each))


def _looks_like_a_name(word: str, *, capital: bool) -> bool:
    """Letters with digits, a capital inside, or (where that says something) one at the start."""
    if not any(character.isalpha() for character in word):
        return False
    coded = any(character.isdigit() or character == "_" for character in word)
    return coded or any(map(str.isupper, word[1:])) or (capital and word[0].isupper())


def rarity(chunks: int, frequency: int) -> float:
    """BM25's, but that what occurs nowhere is no rarer than what one chunk holds.

    In a small knowledge base one unknown word would else outweigh all that is known.
    """
    frequency = max(frequency, 1)
    return math.log1p((chunks - frequency + 0.5) / (frequency + 0.5))
