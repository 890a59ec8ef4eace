"""Fits the weights of confidence, and says by cross-validation what they are worth.

The point from which an answer is given is the highest at which the plan's share of a set's
answerable questions is still answered; or the lowest at which its share of foreign questions is
refused, where similarity alone decides. The intercept is moved so that this point is 0.5.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backend.abstention import CROSSING, QUESTION, STATEMENT
from evaluation import logistic, measures
from evaluation.cases import ANSWERABLE, FOREIGN, HIDDEN, UNANSWERABLE, Case
from evaluation.logistic import Fitted, Floats
from evaluation.sets import NotASet

WEIGHTS = {ANSWERABLE: 1.0, UNANSWERABLE: 0.7, HIDDEN: 0.1, FOREIGN: 0.2}
MASS = 100.0  # of all the answerable cases of a set together
FOLDS = 5
FEWEST = 20  # questions with and without an answer that make a set count for a plan
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """A kind of question, fitted by few signs on the cases of kind `like`."""

    kind: str
    like: str
    signs: tuple[str, ...]
    kept: float = 0.9
    refused: float | None = None

    @property
    def against(self) -> str:
        """Of which questions without an answer there must be enough."""
        return UNANSWERABLE if self.refused is None else FOREIGN

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(WEIGHTS) if self.refused is None else (ANSWERABLE, FOREIGN)


DETAILS = ("rarest", "undenied", "uncounted")
# No set asks in another language than its documents: of the nearest, similarity alone is left.
PLANS = (
    Plan(QUESTION, QUESTION, ("similarity", "some", "sentence", *DETAILS, "named", "names")),
    Plan(STATEMENT, STATEMENT, ("similarity", "lexical", "known")),
    Plan(CROSSING, QUESTION, ("similarity",), refused=0.95),
)
PLANS_ALONE = (
    Plan(QUESTION, QUESTION, ("some", "sentence", *DETAILS, "named", "names", "lexical")),
    Plan(STATEMENT, STATEMENT, ("lexical", "known")),
)


@dataclass(frozen=True, slots=True)
class Worth:
    """Of cases that were left out of the fit; `auroc` and `refused` by the source of the others."""

    set: str
    kind: str
    answerable: int
    answered: float
    auroc: Mapping[str, float]
    refused: Mapping[str, float]


def fitted(cases: Sequence[Case], plan: Plan) -> dict[str, Any]:
    """The model as `calibration.json` holds it; NotASet when no set has enough questions."""
    used = _counting(cases, plan)
    model = _fit(used, plan)
    intercept = model.intercept - _limit(used, model.scores(_features(used, plan)), plan)
    weights = zip(plan.signs, model.weights.tolist(), strict=True)
    return {
        "intercept": round(intercept, DIGITS),
        "weights": {name: round(weight, DIGITS) for name, weight in weights},
    }


def worth(cases: Sequence[Case], plan: Plan) -> Iterator[Worth]:
    """By cross-validation: the limit, too, is chosen without what it is measured on."""
    used = _counting(cases, plan)
    scores = _left_out(used, plan)
    for name in sorted({case.set for case in used}):
        by_source = {
            source: scores[[case.set == name and case.source == source for case in used]]
            for source in WEIGHTS
        }
        positive = by_source.pop(ANSWERABLE)
        others = {source: found for source, found in by_source.items() if len(found)}
        yield Worth(
            name,
            plan.kind,
            len(positive),
            float((positive >= 0).mean()),
            {source: measures.auroc(positive, found) for source, found in others.items()},
            {source: float((found < 0).mean()) for source, found in others.items()},
        )


def _left_out(cases: Sequence[Case], plan: Plan) -> Floats:
    """Each case's logit by a model, less its limit, that saw no case of its question."""
    folds = np.array([_fold(case.question) for case in cases])
    features = _features(cases, plan)
    scores = np.zeros(len(cases))
    for fold in range(FOLDS):
        seen = [case for case, its in zip(cases, folds, strict=True) if its != fold]
        model = _fit(seen, plan)
        limit = _limit(seen, model.scores(_features(seen, plan)), plan)
        scores[folds == fold] = model.scores(features[folds == fold]) - limit
    return scores


def _fit(cases: Sequence[Case], plan: Plan) -> Fitted:
    labels = np.array([float(case.source == ANSWERABLE) for case in cases])
    return logistic.fit(_features(cases, plan), labels, _weights(cases))


def _weights(cases: Sequence[Case]) -> Floats:
    """Each set counts alike, and in it answerable as much as all the others together."""
    counts = Counter((case.set, case.source) for case in cases)
    there = {case.set: 0.0 for case in cases}
    for name, source in counts:
        there[name] += WEIGHTS[source] if source != ANSWERABLE else 0.0
    return np.array(
        [
            MASS * WEIGHTS[case.source] / counts[case.set, case.source]
            / (1.0 if case.source == ANSWERABLE else there[case.set])
            for case in cases
        ]
    )  # fmt: skip


def _limit(cases: Sequence[Case], scores: Floats, plan: Plan) -> float:
    """The logit that the plan asks for, of all sets the one that answers most."""
    source = ANSWERABLE if plan.refused is None else FOREIGN
    share = plan.kept if plan.refused is None else 1.0 - plan.refused
    limits = []
    for name in {case.set for case in cases}:
        ranked = np.sort(scores[[case.set == name and case.source == source for case in cases]])
        limits.append(float(ranked[len(ranked) - math.ceil(share * len(ranked))]))
    return min(limits)


def _counting(cases: Sequence[Case], plan: Plan) -> list[Case]:
    """The cases that a plan is fitted on, of the sets that have enough of them."""
    found = [case for case in cases if case.kind == plan.like]
    counts = Counter((case.set, case.source) for case in found)
    enough = {
        name
        for name in {case.set for case in found}
        if min(counts[name, source] for source in (ANSWERABLE, plan.against)) >= FEWEST
    }
    if not enough:
        raise NotASet(
            f"To fit {plan.kind}, a set must have {FEWEST} answerable questions that are a "
            f"{plan.like}, and {FEWEST} {plan.against} ones (foreign: of other sets); none has."
        )
    return [case for case in found if case.set in enough and case.source in plan.sources]


def _features(cases: Sequence[Case], plan: Plan) -> Floats:
    return np.array([[getattr(case.signs, name) for name in plan.signs] for case in cases], "f8")


def _fold(question: str) -> int:
    return hashlib.sha256(question.encode()).digest()[0] % FOLDS
