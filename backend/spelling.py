"""A question as it was meant: its misspelt words as the documents write them."""

import re
from dataclasses import dataclass

from backend import dictionary
from backend.relevance import content_words
from retrieval import analysis, bm25, spelling
from retrieval.index import Index

COMMON, COMMON_SHARE = 3, 0.01  # as many chunks hold a word that is, and as large a share of all
NAME = 10  # letters
MOST_WORDS = 4  # that are looked up in one question: each takes some milliseconds


@dataclass(frozen=True, slots=True)
class Slip:
    """A word of the question, and as which it was read."""

    asked: str
    read: str


def corrected(index: Index, question: str) -> tuple[str, tuple[Slip, ...]]:
    """The question without the slips in words that no document has, and what they were."""
    known, unknown = _content(index, question)
    slips = []
    for word in unknown[:MOST_WORDS]:
        meant = spelling.meant(index.view, word)
        if meant is None or not (known or _tells_alone(index, meant)):
            continue
        slip = Slip(word, meant.lower() if word.islower() else meant)
        slips.append(slip)
        question = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", slip.read, question)
    return question, tuple(slips)


def _content(index: Index, question: str) -> tuple[list[str], list[str]]:
    """The words whose term is in a live chunk, and those of the others that could be slips."""
    words = content_words(question)
    terms = {word: analysis.terms(word)[0] for word, _ in words if analysis.terms(word)}
    told = sorted(set(terms.values()))
    counts = dict(zip(told, bm25.document_frequencies(index.view, told), strict=True))
    known = [word for word, term in terms.items() if counts[term]]
    unknown = [
        word
        for word, name in words
        if word in terms and not counts[terms[word]] and _may_be_a_slip(word, name=name)
    ]
    return known, unknown


def _may_be_a_slip(word: str, *, name: bool) -> bool:
    """Of letters alone, no word that there is, no code, and no name that may be another's."""
    spoken = word.isalpha() and (word[1:].islower() or _is_an_alerts_name(word))
    told = not name or len(word) >= spelling.LONG
    return spoken and told and not dictionary.holds(word)


def _is_an_alerts_name(word: str) -> bool:
    """Written in one of many words, as `KubePodCrashLooping` is: hardly one slip from another."""
    return len(word) >= NAME and not word.isupper() and any(map(str.isupper, word[1:]))


def _tells_alone(index: Index, meant: str) -> bool:
    """Where nothing else is known of what is asked about, it is a word hard to mistake, or common.

    "thanos" is a program, whatever is known of thanks.
    """
    [held] = bm25.document_frequencies(index.view, analysis.terms(meant)[:1])
    return len(meant) >= spelling.LONG or held >= max(COMMON, COMMON_SHARE * index.view.chunks)
