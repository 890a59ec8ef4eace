"""A question in one language about documents in another: the dense half leads."""

import pytest

from evaluation import cross_language, ranking, scratch, tuning
from retrieval.embedders import EmbedderSettings, preferred
from retrieval.embeddings import EmbeddingCache
from retrieval.fusion import SHIPPED


@pytest.fixture(scope="module")
def french_on_english(tmp_path_factory):
    """Our own English documents, asked in French."""
    (found,) = cross_language.sets()
    place, embedder = tmp_path_factory.mktemp("scratch"), preferred(EmbedderSettings())
    with EmbeddingCache(place / "cache.sqlite3") as cache:
        index = scratch.build(found.documents, place, embedder, cache, lambda *_: None)
    return index, found.queries, embedder


def test_what_is_served_follows_the_dense_half(french_on_english):
    found = ranking.evaluate(*french_on_english, lambda *_: None)

    assert found.lexical.ndcg < 0.7
    assert found.dense.ndcg > 0.85
    assert found.served.ndcg > found.dense.ndcg - 0.03


def test_the_tuning_measures_what_is_served(french_on_english):
    index, queries, embedder = french_on_english
    measured = tuning.figures(index, queries, embedder)

    assert measured.served[SHIPPED] == pytest.approx(
        ranking.evaluate(index, queries, embedder, lambda *_: None).served.ndcg
    )


def test_a_weight_that_one_set_alone_likes_is_told():
    good, bad = tuning.GRID[0], tuning.GRID[1]
    usual = dict.fromkeys([*tuning.GRID, SHIPPED], 0.5)
    one = tuning.Figures(0.5, usual | {good: 0.6})
    odd = tuning.Figures(0.5, usual | {bad: 0.9, good: 0.4})
    found = {"one": one, "two": one, "odd": odd}

    lines = list(tuning.report(found))
    assert tuning.choose([one, one]) == good
    assert tuning.choose([one, odd]) == bad
    assert f"sense {good.sense:g}, covered {good.covered:g}" in lines[-1]
