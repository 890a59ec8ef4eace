"""Nothing is embedded twice: not after a crash, not by another process, not for another version."""

import logging
import subprocess
import sys
import threading
from contextlib import closing

import numpy as np
import pytest

from retrieval.embedders.gemini import GeminiEmbedder
from retrieval.embeddings import EmbeddingCache, embed
from retrieval.errors import EmbeddingUnavailable
from tests.gemini_server import EMBED_MODEL, GeminiServer

NAME = "an-embedder:4"


def vectors(number, *, dimensions=4, seed=0):
    return np.random.default_rng(seed).standard_normal((number, dimensions), dtype=np.float32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "indices" / "embeddings.sqlite3"


@pytest.fixture
def cache(path):
    with EmbeddingCache(path) as cache:
        yield cache


@pytest.fixture
def server():
    with GeminiServer() as server:
        yield server


@pytest.fixture
def embedder(server):
    gemini = GeminiEmbedder(server.key, server.embed_url, model=EMBED_MODEL, dimensions=8,
                            first_backoff=0.001)  # fmt: skip
    with closing(gemini):
        yield gemini


# The cache


def test_it_gives_back_the_very_bits(cache, path):
    texts = [f"text {number}" for number in range(1_200)]
    rows = vectors(1_200)
    cache.put(NAME, texts, rows)
    with EmbeddingCache(path) as another:
        found = another.get(NAME, [*texts, "unknown"])
    assert found.keys() == set(texts)
    assert np.array_equal(np.stack([found[text] for text in texts]), rows)


def test_another_embedders_vectors_are_not_its_own(cache):
    cache.put(NAME, ["x"], vectors(1))
    assert cache.get("another:4", ["x"]) == {}


def test_the_last_put_is_kept(cache):
    cache.put(NAME, ["x", "\ud800"], vectors(2))
    cache.put(NAME, ["x"], vectors(1, seed=1))
    assert np.array_equal(cache.get(NAME, ["x"])["x"], vectors(1, seed=1)[0])


def test_no_text_is_asked_for(cache):
    cache.put(NAME, [], vectors(0))
    assert cache.get(NAME, []) == {}


def test_threads_share_it(cache):
    def write(number):
        for step in range(20):
            cache.put(NAME, [f"{number}.{step}"], vectors(1))
            assert cache.get(NAME, [f"{number}.{step}"])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache.get(NAME, [f"{n}.{step}" for n in range(4) for step in range(20)])) == 80


def test_processes_share_it(path):
    program = (
        "import sys, pathlib, numpy\n"
        "from retrieval.embeddings import EmbeddingCache\n"
        "with EmbeddingCache(pathlib.Path(sys.argv[1])) as cache:\n"
        "    for step in range(50):\n"
        "        row = numpy.ones((1, 4), dtype='f4')\n"
        "        cache.put(sys.argv[2], [f'{sys.argv[3]}.{step}'], row)\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(path), NAME, str(number)])
        for number in range(3)
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    with EmbeddingCache(path) as cache:
        found = cache.get(NAME, [f"{n}.{step}" for n in range(3) for step in range(50)])
    assert len(found) == 150


def test_a_damaged_file_is_set_aside(path, caplog):
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 1_000)
    with EmbeddingCache(path) as cache:
        cache.put(NAME, ["x"], vectors(1))
        assert cache.get(NAME, ["x"])
    assert path.with_name("embeddings.sqlite3.damaged").exists()
    assert "begun anew" in caplog.text


def test_damage_found_later_is_set_aside_too(path, caplog):
    texts = [f"text {number}" for number in range(500)]
    with EmbeddingCache(path) as cache:
        cache.put(NAME, texts, vectors(500))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with EmbeddingCache(path) as cache:
        assert cache.get(NAME, texts) == {}
        cache.put(NAME, ["x"], vectors(1))
        assert cache.get(NAME, ["x"])
    assert "is damaged" in caplog.text


# Embedding through it


def test_it_embeds_each_missing_text_once(server, embedder, cache):
    cache.put(embedder.name, ["known"], vectors(1, dimensions=8))
    told = []
    done = embed(["a", "known", "b", "a"], embedder, cache, lambda *at: told.append(at))
    assert [call.texts for call in server.calls] == [["a", "b"]]
    assert done.vectors.shape == (4, 8)
    assert done.vectors.dtype == np.float32
    assert np.array_equal(done.vectors[0], done.vectors[3])
    assert np.array_equal(done.vectors[1], vectors(1, dimensions=8)[0])
    assert done.computed == 2
    assert done.seconds > 0
    assert told == [(1, 3), (3, 3)]


def test_a_second_time_costs_nothing(server, embedder, cache):
    texts = [f"text {number}" for number in range(30)]
    first = embed(texts, embedder, cache)
    second = embed(texts[::-1], embedder, cache)
    assert np.array_equal(first.vectors, second.vectors[::-1])
    assert (second.computed, second.seconds) == (0, 0)
    assert len(server.calls) == 1


def test_what_was_embedded_before_trouble_is_kept(server, embedder, cache, caplog):
    caplog.set_level(logging.ERROR)
    texts = [f"text {number}" for number in range(250)]
    server.say(b"")  # the first call: no JSON
    with pytest.raises(EmbeddingUnavailable):
        embed(texts, embedder, cache)
    assert embed(texts[:100], embedder, cache).computed == 100
    server.fail(403)
    with pytest.raises(EmbeddingUnavailable):
        embed(texts, embedder, cache)
    done = embed(texts, embedder, cache)
    assert done.computed == 150
    paid = [text for call in server.calls[1:2] + server.calls[3:] for text in call.texts]
    assert sorted(paid) == sorted(texts)


def test_no_text_is_no_row(embedder, cache):
    assert embed([], embedder, cache).vectors.shape == (0, 8)
