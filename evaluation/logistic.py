"""Logistic regression with weighted cases and a penalty, by Newton's steps; deterministic."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PENALTY = 3.0  # on each standardised coefficient, against cases whose weights sum to about 200
STEPS = 30
SMALL = 1e-9


@dataclass(frozen=True, slots=True)
class Fitted:
    """Of the features as they are, not standardised."""

    intercept: float
    weights: Floats

    def scores(self, features: Floats) -> Floats:
        """The logits."""
        return np.asarray(self.intercept + features @ self.weights)


def fit(features: Floats, labels: Floats, weights: Floats) -> Fitted:
    """`features`: (cases, features); `labels`: 0 or 1; the intercept is not penalised."""
    mean = np.average(features, axis=0, weights=weights)
    spread = np.sqrt(np.average((features - mean) ** 2, axis=0, weights=weights)) + SMALL
    scaled = np.column_stack([np.ones(len(features)), (features - mean) / spread])
    penalty = np.eye(scaled.shape[1]) * PENALTY
    penalty[0, 0] = SMALL
    found = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        likely = 1.0 / (1.0 + np.exp(-scaled @ found))
        slope = scaled.T @ (weights * (labels - likely)) - penalty @ found
        curve = (scaled * (weights * likely * (1.0 - likely))[:, None]).T @ scaled + penalty
        found += np.linalg.solve(curve, slope)
    coefficients = found[1:] / spread
    return Fitted(float(found[0] - coefficients @ mean), coefficients)
