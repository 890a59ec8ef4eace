"""A search over a version: both halves, their fusion, and the order of what is found."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from retrieval import bm25, dense, fusion
from retrieval.bm25 import Lexical
from retrieval.ranking import Numbers, Ranked, Scores, top
from retrieval.vectors import Vector
from retrieval.view import View

CANDIDATES = 200  # of each half


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the version; `lexical` and `dense` are the raw scores of the halves."""

    row: int
    score: float
    lexical: float
    dense: float | None


def search(view: View, query: str, vector: Vector | None, k: int) -> Iterator[Found]:
    """The best k rows, best first: hybrid when there is a vector and something to compare it to."""
    _refuse_foreign(view, vector)
    lexical = bm25.search(view, query, max(CANDIDATES, k))
    if vector is None or not view.embedded:
        return _lexical_alone(lexical, k)
    return _hybrid(view, lexical, vector, k)


def warm(view: View, query: str, vector: Vector | None) -> None:
    """Touch all that a search does; of the dense half, the parts that no version touched yet."""
    _refuse_foreign(view, vector)
    bm25.search(view, query, 1)
    for segment in view.segments:
        if segment.vectors is not None and vector is not None:
            segment.vectors.warm(vector)


def _refuse_foreign(view: View, vector: Vector | None) -> None:
    if vector is not None and view.dimensions not in (None, len(vector)):
        raise ValueError(
            f"The query's vector has {len(vector)} dimensions, those of the version "
            f"{view.dimensions}: it comes from another embedder."
        )


def _lexical_alone(lexical: Lexical, k: int) -> Iterator[Found]:
    """Scored by the share of the query that a row holds, which no other row can change."""
    best = lexical.best
    for row, score in zip(best.rows[:k].tolist(), best.scores[:k].tolist(), strict=True):
        yield Found(row, score / lexical.bound, score, None)


def _hybrid(view: View, lexical: Lexical, vector: Vector, k: int) -> Iterator[Found]:
    nearest = dense.search(view, vector, max(CANDIDATES, k))
    rows = np.union1d(lexical.best.rows, nearest.rows)
    lexical_scores, dense_scores = lexical.scores[rows], _senses(view, vector, rows, nearest)
    most = float(lexical.best.scores[0]) if len(lexical.best.scores) else 0.0
    fused = fusion.fuse(lexical_scores, most, lexical.bound, dense_scores, nearest.scores)
    ranked = top(rows, fused, view.ids(rows), k)
    for position, score in zip(
        np.searchsorted(rows, ranked.rows).tolist(), ranked.scores.tolist(), strict=True
    ):
        similarity = float(dense_scores[position])
        yield Found(
            int(rows[position]),
            score,
            float(lexical_scores[position]),
            None if np.isnan(similarity) else similarity,
        )


def _senses(view: View, vector: Vector, rows: Numbers, nearest: Ranked) -> Scores:
    """The dense half's scores of these ascending rows; those of the nearest are known already."""
    found = np.full(len(rows), np.nan)
    known = np.zeros(len(rows), np.bool_)
    places = np.searchsorted(rows, nearest.rows)
    found[places], known[places] = nearest.scores, True
    found[~known] = dense.scores(view, vector, rows[~known])
    return found
