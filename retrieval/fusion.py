"""One score from the two halves: a convex combination of each, scaled to [0, 1] over its best rows.

Ranks alone (RRF) fall below the lexical half on French; the sum of scaled scores rises above both.
"""

import numpy as np

from retrieval.ranking import Scores

DENSE_WEIGHT = 0.3


def fuse(lexical: Scores, dense: Scores) -> Scores:
    """`lexical` and `dense` are scaled already."""
    fused: Scores = (1.0 - DENSE_WEIGHT) * lexical + DENSE_WEIGHT * dense
    return fused


def scale(scores: Scores, best: Scores) -> Scores:
    """Place scores between the worst (0) and the best (1) of `best`, which is in order.

    What is below the worst, or has no score (not-a-number), gets 0.
    """
    if not len(best):
        return np.zeros(len(scores))
    highest, lowest = float(best[0]), float(best[-1])
    if highest == lowest:
        return (scores >= highest).astype("f8")
    return np.clip(np.nan_to_num((scores - lowest) / (highest - lowest), nan=0.0), 0.0, 1.0)
