"""What a word that is in no text of a version is meant to be, when it is one slip of the keys away.

The words that a slip could have been meant to be are looked up, not the version's words gone
through: some hundred terms are found in the postings at once, however many words it has.
"""

import string

import numpy as np

from retrieval import analysis, bm25
from retrieval.plain import words_of
from retrieval.ranking import top
from retrieval.rarest import WORD
from retrieval.view import View

SHORTEST = 6  # of shorter words too many are one letter from another
LONGEST = 40  # as the longest names of alerts; of more, the slips would take too long to look at
LONG = 8  # letters: few longer words are one slip from another
TRIED = 3  # of the terms that it may be, the most frequent
READ = 8  # of the chunks that hold a term


def meant(view: View, word: str) -> str | None:
    """The word as a text of the version writes it, or None; `word` is of letters alone.

    Of several, that which most chunks hold. The first letter is taken as right: it nearly always
    is, and with it "bake" is no "cake".
    """
    plain = _folded(word)
    if not SHORTEST <= len(plain) <= LONGEST or not (plain.isascii() and plain.isalpha()):
        return None
    slips: dict[str, set[str]] = {}
    for slip in _one_slip_away(plain):
        for term in analysis.terms(slip)[:1]:
            slips.setdefault(term, set()).add(slip)
    terms = sorted(slips)
    frequencies = bm25.document_frequencies(view, terms)
    known = sorted((-count, term) for count, term in zip(frequencies, terms, strict=True) if count)
    found = (_written(view, term, slips[term], plain) for _, term in known[:TRIED])
    return next((each for each in found if each and not _adds_a_letter(plain, each)), None)


def _adds_a_letter(plain: str, written: str) -> bool:
    """What has one more at its end is a name: "containerd" is none of the containers."""
    return plain[:-1] == _folded(written) and plain[-1] != plain[-2]


def _one_slip_away(word: str) -> set[str]:
    """A letter left out, too many, wrong, or two of them swapped, after the first."""
    found: set[str] = set()
    for place in range(1, len(word) + 1):
        before, after = word[:place], word[place:]
        found.update(before + letter + after for letter in string.ascii_lowercase)
        if after:
            found.add(before + after[1:])
            found.update(before + letter + after[1:] for letter in string.ascii_lowercase)
        if len(after) > 1:
            found.add(before + after[1] + after[0] + after[2:])
    return found - {word}


def _written(view: View, term: str, slips: set[str], plain: str) -> str | None:
    """How texts that hold the term write the word: as one of the slips, or with another ending.

    Of the rows whose ids are lowest: the same however the rows are spread over segments.
    """
    rows = bm25.holding(view, term)
    other = None
    for row in top(rows, np.zeros(len(rows)), view.ids(rows), READ).rows.tolist():
        for written in _words(view, row):
            folded = _folded(written)
            if folded in slips:
                return written
            if (
                other is None
                and _ends_otherwise(folded, plain)
                and analysis.terms(folded) == [term]
            ):
                other = written
    return other


def _ends_otherwise(word: str, other: str) -> bool:
    """Not by its stem alone, which "device" shares with "dedicated" once a letter is changed."""
    return word.startswith(other[: -2 if len(other) >= LONG else -1])


def _folded(word: str) -> str:
    return analysis.without_accents(word.casefold())


def _words(view: View, row: int) -> list[str]:
    segment, local = view.locate(row)
    chunk = segment.rows.chunk(local)
    texts = (chunk.text, chunk.section, segment.rows.title(chunk.document))
    return WORD.findall(words_of("\n".join(texts)))
