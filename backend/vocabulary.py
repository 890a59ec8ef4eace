"""The terms of a text; the parts that are asked about most are analysed once."""

from collections.abc import Set
from functools import lru_cache

from retrieval import analysis


@lru_cache(maxsize=8192)
def terms(text: str) -> Set[str]:
    return frozenset(analysis.terms(text))


@lru_cache(maxsize=4096)
def whole_words(text: str) -> Set[str]:
    """The terms of its words as they are, without those of their parts."""
    return frozenset(term for word in text.split() for term in list(analysis.terms(word))[:1])
