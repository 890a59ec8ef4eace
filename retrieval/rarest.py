"""The words by which a document is told from all others: what a gate searches it for."""

import math
import re
from collections.abc import Mapping, Sequence

from retrieval import analysis, bm25
from retrieval.plain import words_of
from retrieval.view import View

WORD = re.compile(r"[\w\u0300-\u036f]+(?:[-_.][\w\u0300-\u036f]+)*")  # with decomposed accents

Terms = tuple[str, ...]


def rarest_terms(view: View, texts: Sequence[str], n: int) -> list[str]:
    """The n rarest words of the text whose words are rarest, rarest first, as they are written.

    Of one text, not of all: words from many chunks of a document find none of them well.
    """
    spoken = [_words(text) for text in texts]
    rarity = _rarity(view, sorted({term for words in spoken for found in words for term in found}))
    ranked = [_rarest(words, rarity)[:n] for words in spoken]
    best = max(ranked, key=lambda words: sum(weight for weight, _ in words), default=[])
    return [word for _, word in best]


def _words(text: str) -> dict[Terms, str]:
    """The words of a text that are indexed, each by its terms, in the order of the text.

    A stop word is indexed only where there is nothing else, though alone it has a term.
    """
    text = words_of(text)
    indexed = set(analysis.terms(text))
    words: dict[Terms, str] = {}
    for word in WORD.findall(text):
        found = tuple(analysis.terms(word))
        if found and indexed.issuperset(found):
            words.setdefault(found, word)
    return words


def _rarity(view: View, terms: list[str]) -> dict[str, float]:
    frequencies = bm25.document_frequencies(view, terms)
    return {
        term: math.log1p(view.chunks / max(frequency, 1))
        for term, frequency in zip(terms, frequencies, strict=True)
    }


def _rarest(words: Mapping[Terms, str], rarity: Mapping[str, float]) -> list[tuple[float, str]]:
    """(rarity, word), rarest first, then as the text has them."""
    weighed = [(max(rarity[term] for term in found), word) for found, word in words.items()]
    return sorted(weighed, key=lambda each: -each[0])
