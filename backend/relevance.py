"""What a text asks for: its content words, each weighted by how rare it is in the version."""

import math
import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass

from backend.language import ELISION
from retrieval import analysis, bm25
from retrieval.index import Index
from retrieval.stopwords import STOP_WORDS

TOKEN = re.compile(r"\S+")
EDGES = "?!.,;:…\"'’‘“”«»()[]{}<>`*_~|"
# Words that shape a question and say nothing of what it is about.
_SHAPING = """
please tell explain describe give show list mean means meaning happen happens happened question
know need want like many much long often way call called name named
plait expliquer expliquez dire dites donner donnez montrer signifie veut existe appelle nomme besoin
savoir
"""
SMALL = frozenset(_SHAPING.split()) | STOP_WORDS
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
    words: tuple[Word, ...]

    def coverage(self, terms: Set[str]) -> float:
        """The share of what is asked for, by weight, that a text of these terms holds."""
        total = sum(word.weight for word in self.words)
        return sum(word.weight * held(word, terms) for word in self.words) / total if total else 0.0


def content_words(text: str) -> list[tuple[str, bool]]:
    """(word, whether it looks like a name), without small words and repeats."""
    found: dict[str, tuple[str, bool]] = {}
    for match in TOKEN.finditer(text):
        word = ELISION.sub("", match.group().strip(EDGES))
        if word and _plain(word) not in SMALL:
            starts = SENTENCE_START.search(text[: match.start()]) is not None
            name = _looks_like_a_name(word, starts_sentence=starts)
            found.setdefault(word.casefold(), (word, name))
    return list(found.values())


def weigh(index: Index, text: str) -> Wanted:
    chunks = index.view.chunks
    parts = [
        (word, name, tuple(dict.fromkeys(analysis.terms(word))))
        for word, name in content_words(text)
    ]
    terms = sorted({term for _, _, each in parts for term in each})
    frequency = dict(zip(terms, bm25.document_frequencies(index.view, terms), strict=True))
    weighed = []
    for word, name, each in parts:
        if each:
            whole, *rest = (frequency[term] for term in each)
            known = whole > 0 or (rest != [] and min(rest) > 0)
            weighed.append(Word(word, each, _idf(chunks, whole), name, known))
    return Wanted(tuple(weighed))


def held(word: Word, terms: Set[str]) -> float:
    """How much of a word is among these terms: an identifier may be there in parts."""
    whole, *rest = word.terms
    if whole in terms or not rest:
        return float(whole in terms)
    return sum(term in terms for term in rest) / len(rest)


def _plain(word: str) -> str:
    """Folded as the stop words are: without case, accents and the curl of an apostrophe."""
    folded = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(each for each in folded if not unicodedata.combining(each))


def _looks_like_a_name(word: str, *, starts_sentence: bool) -> bool:
    if any(character.isdigit() or character == "_" for character in word):
        return True
    if any(character.isupper() for character in word[1:]):
        return True
    return word[0].isupper() and not starts_sentence


def _idf(chunks: int, frequency: int) -> float:
    return math.log1p((chunks - frequency + 0.5) / (frequency + 0.5))
