"""Fitting confidence: the arithmetic on made-up cases, and the whole on a small real set."""

import json
from dataclasses import replace

import numpy as np
import pytest

from backend.abstention import QUESTION, WORDS_ALONE, Signs
from evaluation import calibration, logistic
from evaluation.calibrating import Calibrated, keep
from evaluation.calibration import Plan, fitted, worth
from evaluation.cases import ANSWERABLE, FOREIGN, HIDDEN, UNANSWERABLE, Case

NOTHING = Signs(*[0.0] * 10)
PLAN = Plan(QUESTION, QUESTION, ("similarity", "sentence"))


def cases(count=200):
    """Similarity tells answerable ones from others, mostly; the sentence tells nothing."""
    random = np.random.default_rng(7)
    means = {ANSWERABLE: 0.6, UNANSWERABLE: 0.5, HIDDEN: 0.4, FOREIGN: 0.2}
    return [
        Case(
            "made", f"made/{number}", source, QUESTION,
            replace(NOTHING, similarity=random.normal(mean, 0.1), sentence=random.uniform()),
        )
        for source, mean in means.items()
        for number in range(count)
    ]  # fmt: skip


def test_a_fit_finds_the_weights_that_made_the_labels():
    random = np.random.default_rng(3)
    features = random.normal(size=(20_000, 2))
    likely = 1 / (1 + np.exp(-(0.5 + features @ np.array([2.0, -1.0]))))
    labels = (random.uniform(size=len(likely)) < likely).astype(float)
    found = logistic.fit(features, labels, np.ones(len(labels)))
    assert found.intercept == pytest.approx(0.5, abs=0.1)
    assert found.weights == pytest.approx([2.0, -1.0], abs=0.1)


def test_the_share_that_is_kept_is_answered_at_one_half():
    made = cases()
    model = fitted(made, replace(PLAN, kept=0.9))
    assert model["weights"]["similarity"] > 10 * abs(model["weights"]["sentence"])
    weights = np.array([model["weights"][name] for name in PLAN.signs])
    scores = [
        model["intercept"] + weights @ [case.signs.similarity, case.signs.sentence]
        for case in made
        if case.source == ANSWERABLE
    ]
    assert np.mean(np.array(scores) >= -1e-3) == pytest.approx(0.9, abs=0.01)


def test_its_worth_is_measured_on_what_it_did_not_see():
    [told] = worth(cases(), PLAN)
    assert told.answerable == 200
    assert told.answered == pytest.approx(0.9, abs=0.05)
    assert told.auroc[UNANSWERABLE] == pytest.approx(0.76, abs=0.06)  # of two normals 1 σ apart
    assert told.auroc[FOREIGN] > told.auroc[HIDDEN] > told.auroc[UNANSWERABLE]
    assert told.refused[FOREIGN] > 0.95


def test_where_similarity_alone_decides_foreign_questions_set_the_limit():
    plan = Plan("crossing", QUESTION, ("similarity",), refused=0.95)
    model = fitted(cases(), plan)
    limit = -model["intercept"] / model["weights"]["similarity"]
    foreign = [case.signs.similarity for case in cases() if case.source == FOREIGN]
    assert np.mean(np.array(foreign) < limit) == pytest.approx(0.95, abs=0.01)


def test_a_set_with_few_questions_of_a_kind_does_not_count():
    few = [replace(case, set="few", question=f"few/{case.question}") for case in cases(5)]
    assert fitted([*cases(), *few], PLAN) == fitted(cases(), PLAN)


def test_what_other_embedders_have_stays(tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"other": {"question": {}}, WORDS_ALONE: {}}))
    keep([Calibrated(WORDS_ALONE, {"question": {"intercept": 1.0}}, ())], path)
    assert json.loads(path.read_text()) == {
        "other": {"question": {}}, WORDS_ALONE: {"question": {"intercept": 1.0}},
    }  # fmt: skip


def test_cases_of_one_question_stay_together():
    folds = {calibration._fold(f"set/{number}") for number in range(100)}
    assert folds == set(range(calibration.FOLDS))
