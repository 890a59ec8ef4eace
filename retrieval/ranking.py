"""The one order of everything that is ranked: score descending, then chunk id ascending."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.arrays import Array

Numbers = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows of a version with their scores, in order."""

    rows: Numbers
    scores: Scores


def top(rows: Numbers, scores: Scores, ids: Array, n: int) -> Ranked:
    """The first n; `ids` are the chunk ids, (len(rows), 16) bytes."""
    first, second = halves(ids).T
    order = np.lexsort((second, first, -scores))[:n]
    return Ranked(rows[order], scores[order])


def halves(ids: Array) -> npt.NDArray[np.uint64]:
    """Chunk ids, (n, 16) bytes, as (n, 2) numbers that sort as they do."""
    return np.ascontiguousarray(ids).view(">u8").reshape(len(ids), 2)


def reaching(scores: Scores, n: int, margin: float = 0.0) -> Numbers:
    """The positions whose score is at most `margin` below the n-th best: all ties are kept."""
    if len(scores) <= n:
        return np.arange(len(scores))
    nth = np.partition(scores, len(scores) - n)[len(scores) - n]
    return np.flatnonzero(scores >= nth - margin)
