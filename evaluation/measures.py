"""The usual measures of a ranking, and of a score that should tell answerable from unanswerable.

As in trec_eval: gains are the grades themselves, discounted by log2(rank + 1).
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

DEPTH = 10


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """nDCG of the first `depth` documents."""
    best = sorted(grades.values(), reverse=True)[:depth]
    return _dcg([grades.get(document, 0) for document in ranked[:depth]]) / _dcg(best)


def recall(ranked: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """The share of the fitting documents that are among the first `depth`."""
    return len(grades.keys() & set(ranked[:depth])) / len(grades)


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """1 / the rank of the first fitting document; 0 when there is none."""
    return next((1 / rank for rank, each in enumerate(ranked, 1) if each in grades), 0.0)


def auroc(positive: npt.ArrayLike, negative: npt.ArrayLike) -> float:
    """How often a positive one scores above a negative one; ties count half (Mann-Whitney)."""
    above = np.subtract.outer(np.asarray(positive), np.asarray(negative))
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
