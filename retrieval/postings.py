"""Which chunks hold which terms, how often: an inverted index over the rows of one segment."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.arrays import Array, Strings

MOST = np.iinfo("<u2").max  # how many times a term counts in one chunk


def hash_terms(terms: Sequence[str]) -> npt.NDArray[np.uint64]:
    """The keys by which `Postings.find` looks terms up."""
    digests = b"".join(hashlib.blake2b(term.encode(), digest_size=8).digest() for term in terms)
    return np.frombuffer(digests, "<u8")


@dataclass(frozen=True, slots=True)
class Posting:
    """The rows that hold one term, ascending, and how often each does."""

    rows: Array
    frequencies: Array


class Postings:
    """The terms in the order of their hashes, so that a whole query is found in one search."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._terms = Strings.of(arrays, "terms")
        self._hashes = arrays["terms.hashes"]
        self._offsets = arrays["postings.offsets"]
        self._rows = arrays["postings.rows"]
        self._frequencies = arrays["postings.frequencies"]

    def find(
        self, terms: Sequence[str], hashes: npt.NDArray[np.uint64]
    ) -> Iterator[tuple[int, Posting]]:
        """(position in `terms`, posting) for each term that this segment holds."""
        first = np.searchsorted(self._hashes, hashes)
        inside = np.minimum(first, len(self._hashes) - 1) if len(self._hashes) else first[:0]
        for position in np.flatnonzero(self._hashes[inside] == hashes[: len(inside)]).tolist():
            term = self._exact(int(first[position]), terms[position].encode())
            if term is not None:
                yield position, self._posting(term)

    def _exact(self, candidate: int, term: bytes) -> int | None:
        """Among terms of one hash (all but always a single one), the term itself."""
        wanted = self._hashes[candidate]
        while candidate < len(self._hashes) and self._hashes[candidate] == wanted:
            if self._terms.raw(candidate) == term:
                return candidate
            candidate += 1
        return None

    def _posting(self, term: int) -> Posting:
        span = slice(int(self._offsets[term]), int(self._offsets[term + 1]))
        return Posting(self._rows[span], self._frequencies[span])


def columns(rows: Iterable[Sequence[str]]) -> dict[str, Array]:
    """The arrays of the postings of these rows, each given by all its terms, repeats included."""
    vocabulary: dict[str, int] = {}
    term_of, row_of, count_of = array("I"), array("I"), array("I")
    for row, terms in enumerate(rows):
        for term, count in Counter(terms).items():
            term_of.append(vocabulary.setdefault(term, len(vocabulary)))
            row_of.append(row)
            count_of.append(min(count, int(MOST)))
    return packed(vocabulary, np.array(term_of, "i8"), np.array(row_of), np.array(count_of))


def packed(
    vocabulary: dict[str, int], term_of: Array, row_of: Array, count_of: Array
) -> dict[str, Array]:
    """The arrays of (number in the vocabulary, row, how often), whose rows ascend."""
    terms, hashes, rank = _ordered(vocabulary)
    owner = rank[term_of]
    order = np.argsort(owner, kind="stable")
    offsets = np.zeros(len(terms) + 1, "<u8")
    np.cumsum(np.bincount(owner, minlength=len(terms)), out=offsets[1:])
    return {
        **Strings.pack(terms).columns("terms"),
        "terms.hashes": hashes,
        "postings.offsets": offsets,
        "postings.rows": row_of[order].astype("<u4"),
        "postings.frequencies": count_of[order].astype("<u2"),
    }


def _ordered(vocabulary: dict[str, int]) -> tuple[list[str], Array, npt.NDArray[np.int64]]:
    """The terms by (hash, term), their hashes, and the rank of each number in the vocabulary."""
    terms = sorted(vocabulary)
    hashes = hash_terms(terms)
    by_hash = np.argsort(hashes, kind="stable")
    ordered = [terms[position] for position in by_hash.tolist()]
    rank = np.empty(len(ordered), "i8")
    rank[[vocabulary[term] for term in ordered]] = np.arange(len(ordered))
    return ordered, hashes[by_hash], rank
