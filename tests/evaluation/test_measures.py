"""The measures against sums done by hand."""

import math

import pytest

from evaluation import measures
from evaluation.ranking import Quality, Ranking


def test_ndcg_discounts_by_rank_and_weighs_by_grade():
    grades = {"a": 2, "b": 1}
    best = 2 / math.log2(2) + 1 / math.log2(3)
    assert measures.ndcg(["a", "b"], grades) == 1.0
    assert measures.ndcg(["b", "x", "a"], grades) == pytest.approx(
        (1 / math.log2(2) + 2 / math.log2(4)) / best
    )
    assert measures.ndcg(["x", "y"], grades) == 0.0


def test_only_the_first_ten_count():
    ranked = [f"x{n}" for n in range(10)]
    assert measures.ndcg([*ranked, "a"], {"a": 1}) == 0.0
    assert measures.recall([*ranked, "a"], {"a": 1}) == 0.0
    assert measures.recall([*ranked[:9], "a"], {"a": 1, "b": 1}) == 0.5
    assert measures.reciprocal_rank([*ranked, "a"], {"a": 1}) == pytest.approx(1 / 11)


def test_auroc_counts_pairs_and_halves_ties():
    assert measures.auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert measures.auroc([0.5, 0.1], [0.5, 0.2]) == pytest.approx((0.5 + 1 + 0 + 0) / 4)


@pytest.mark.parametrize(("served", "holds"), [(0.81, True), (0.796, True), (0.79, False)])
def test_a_ranking_is_held_against_its_better_half(served, holds):
    lexical, dense = Quality(0.8, 1, 1), Quality(0.6, 1, 1)
    assert Ranking(1, lexical, dense, Quality(served, 1, 1)).holds is holds
