"""One score from the two halves: the evidence of each, added up.

BM25 is a sum of what each word of the question tells in these documents, so its own size says how
much the words are to be believed: many rare words found together outweigh the dense half, and a
question whose words mean little here (one in another language, above all) leaves the lead to it.
Scaled to [0, 1] for each question, as is usual, the best row by words counts as much when it holds
one word by chance as when it holds them all. `evaluation/tuning.py` has the figures.
"""

from typing import NamedTuple

import numpy as np

from retrieval.ranking import Scores


class Weights(NamedTuple):
    """`sense` is the dense half's whole range, in units of BM25. The words count in full from where
    the best row holds the share `covered` of their bound, and less in proportion below it."""

    sense: float
    covered: float


SHIPPED = Weights(sense=20.0, covered=0.35)


def fuse(
    words: Scores,
    most: float,
    bound: float,
    sense: Scores,
    nearest: Scores,
    weights: Weights = SHIPPED,
) -> Scores:
    """Scores in [0, 1]: 1 for a row that no other is above in either half.

    `words` and `sense` are the raw scores of the same rows; `most` is the best of the lexical half
    and `bound` its bound, `nearest` the best scores of the dense half, in order.
    """
    trust = min(1.0, most / (weights.covered * bound)) if most > 0.0 else 0.0
    meaning, fullest = _placed(sense, nearest), float(_placed(nearest[:1], nearest)[0])
    # A chunk without a vector yet is as near as its words are: no vector is no word against it.
    unknown = words * (fullest / most) if most > 0.0 else np.zeros(len(words))
    meaning = np.where(np.isnan(meaning), unknown, meaning)
    fused: Scores = trust * words + weights.sense * meaning
    return fused / (trust * most + weights.sense * fullest)


def _placed(scores: Scores, nearest: Scores) -> Scores:
    """Where scores lie between the worst of the nearest (0) and identity (1), whose cosine is 1.

    So that what a cosine means in an embedder's space weighs less. Of what are all equal, 1.
    """
    highest, lowest = float(nearest[0]), float(nearest[-1])
    if highest == lowest:
        return np.where(np.isnan(scores), np.nan, (scores >= highest).astype("f8"))
    placed: Scores = np.clip((scores - lowest) / (max(1.0, highest) - lowest), 0.0, 1.0)
    return placed
