"""A question as it was meant: its misspelt words as the documents write them."""

import re
from dataclasses import dataclass

from backend.relevance import content_words
from retrieval import analysis, bm25, spelling
from retrieval.index import Index

MOST_WORDS = 4  # that are looked up in one question: each takes some milliseconds


@dataclass(frozen=True, slots=True)
class Slip:
    """A word of the question, and as which it was read."""

    asked: str
    read: str


def corrected(index: Index, question: str) -> tuple[str, tuple[Slip, ...]]:
    """The question without the slips in words that no document has, and what they were."""
    slips = []
    for word in _unknown(index, question)[:MOST_WORDS]:
        meant = spelling.meant(index.view, word)
        if meant is None:
            continue
        slip = Slip(word, meant.lower() if word.islower() else meant)
        slips.append(slip)
        question = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", slip.read, question)
    return question, tuple(slips)


def _unknown(index: Index, question: str) -> list[str]:
    """The words of letters alone, and no code's, whose term is in no live chunk."""
    words = [word for word, _ in content_words(question) if word.isalpha() and _is_spoken(word)]
    terms = [analysis.terms(word)[:1] for word in words]
    told = sorted({term for found in terms for term in found})
    counts = dict(zip(told, bm25.document_frequencies(index.view, told), strict=True))
    return [
        word for word, found in zip(words, terms, strict=True) if found and not counts[found[0]]
    ]


def _is_spoken(word: str) -> bool:
    """Neither a name in capitals nor one with a capital inside."""
    return not any(map(str.isupper, word[1:]))
