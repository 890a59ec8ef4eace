"""The terms of a text; the parts that are asked about most are analysed once."""

from collections.abc import Set
from functools import lru_cache

from retrieval import analysis


# Of chunks alone, at their longest, these are 20 MB; of what questions ask for, 2 MB.
@lru_cache(maxsize=2048)
def terms(text: str) -> Set[str]:
    return frozenset(analysis.terms(text))


@lru_cache(maxsize=4096)
def whole_words(text: str) -> Set[str]:
    """The terms of its words as they are, without those of their parts."""
    return frozenset(term for word in text.split() for term in list(analysis.terms(word))[:1])
