"""The lexical half: BM25 with the statistics of all live rows of the version.

A row's score is a sum of float64 terms, always added in the sorted order of the query's words, so
that its bits do not depend on how the rows are spread over segments.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from retrieval import analysis, postings
from retrieval.postings import Posting
from retrieval.ranking import Numbers, Ranked, Scores, reaching, top
from retrieval.view import Segment, View

K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True)
class Lexical:
    """Every row's score, dead rows and rows without a word of the query at 0; and the best rows.

    `bound` is what a row that held every word of the query without end would come close to.
    """

    scores: Scores
    best: Ranked
    bound: float


def search(view: View, query: str, n: int) -> Lexical:
    """The best n rows that hold a word of the query."""
    counts = Counter(analysis.terms(query))
    words = sorted(counts)
    held = _find(view, words)
    weights = [
        counts[word] * _idf(view.chunks, _live_frequency(held[position]))
        for position, word in enumerate(words)
    ]
    scores = np.zeros(view.rows)
    for weight, postings_of_word in zip(weights, held, strict=True):
        for segment, posting in postings_of_word:
            _add(scores, view, segment, posting, weight)
    scores[view.dead_rows] = 0.0
    return Lexical(scores, _best(view, scores, n), (K1 + 1) * math.fsum(weights))


def document_frequencies(view: View, words: list[str]) -> list[int]:
    """How many live chunks hold each of these terms."""
    return [_live_frequency(held) for held in _find(view, words)]


def holding(view: View, word: str) -> Numbers:
    """The live rows that hold this term."""
    [held] = _find(view, [word])
    rows = [
        posting.rows[segment.live.mask[posting.rows]].astype("i8") + segment.offset
        for segment, posting in held
    ]
    return np.concatenate([np.zeros(0, "i8"), *rows])


Held = list[tuple[Segment, Posting]]


def _find(view: View, words: list[str]) -> list[Held]:
    """For each word, the segments that hold it."""
    hashes = postings.hash_terms(words)
    held: list[Held] = [[] for _ in words]
    for segment in view.segments:
        for position, posting in segment.rows.postings.find(words, hashes):
            held[position].append((segment, posting))
    return held


def _live_frequency(held: Held) -> int:
    return sum(
        int(np.count_nonzero(segment.live.mask[posting.rows]))
        if segment.ref.dead
        else len(posting.rows)
        for segment, posting in held
    )


def _idf(chunks: int, frequency: int) -> float:
    return math.log1p((chunks - frequency + 0.5) / (frequency + 0.5))


def _add(scores: Scores, view: View, segment: Segment, posting: Posting, weight: float) -> None:
    mean = view.tokens / view.chunks if view.tokens else 1.0
    frequencies = posting.frequencies.astype("f8")
    lengths = segment.rows.lengths[posting.rows].astype("f8")
    saturation = frequencies + (K1 * (1 - B) + (K1 * B / mean) * lengths)
    # A row stands once in a posting, so the plain sum misses none.
    scores[segment.offset :][posting.rows] += weight * (K1 + 1) * frequencies / saturation


def _best(view: View, scores: Scores, n: int) -> Ranked:
    matching = np.flatnonzero(scores)
    rows = matching[reaching(scores[matching], n)]
    return top(rows, scores[rows], view.ids(rows), n)
