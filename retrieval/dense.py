"""The dense half: the rows whose vectors are nearest the query's, exactly, across all segments."""

import numpy as np

from retrieval.ranking import Numbers, Ranked, Scores, reaching, top
from retrieval.vectors import Vector
from retrieval.view import View


def search(view: View, vector: Vector, n: int) -> Ranked:
    """The nearest n rows, of those that have a vector."""
    rows, approximate = _nearest(view, vector, n)
    rows = rows[reaching(approximate, n, _margin(vector))]
    return top(rows, scores(view, vector, rows), view.ids(rows), n)


def scores(view: View, vector: Vector, rows: Numbers) -> Scores:
    """The exact scores of these rows; not-a-number for those of a segment without vectors."""
    found = np.full(len(rows), np.nan)
    for segment, positions, local in view.spread(rows):
        if segment.vectors is not None:
            found[positions] = segment.vectors.scores(vector, local)
    return found


def _nearest(view: View, vector: Vector, n: int) -> tuple[Numbers, Scores]:
    """Enough rows of each segment that the true best n are among them, with approximate scores."""
    rows, approximate = [np.zeros(0, "i8")], [np.zeros(0)]
    for segment in view.segments:
        if segment.vectors is None or not segment.live.chunks:
            continue
        local, near = segment.vectors.nearest(vector, n, _margin(vector), segment.live.bitmap)
        rows.append(local + segment.offset)
        approximate.append(near.astype("f8"))
    return np.concatenate(rows), np.concatenate(approximate)


def _margin(vector: Vector) -> float:
    """Twice the most by which float32 sums can be wrong for vectors of length 1, in any order."""
    return float(2.0 * len(vector) * 2.0**-24 * np.linalg.norm(vector))
