"""An embedder behind any server that speaks OpenAI's embeddings."""

from contextlib import closing

import numpy as np
import pytest

from retrieval.embedders import EmbedderSettings, named, preferred
from retrieval.embedders.openai import OpenAIEmbedder
from retrieval.errors import EmbeddingRefused, EmbeddingUnavailable
from tests.openai_server import DIMENSIONS, EMBED_MODEL, OpenAIServer


@pytest.fixture
def server():
    with OpenAIServer(key="secret-key-1") as server:
        yield server


def settings_of(server, **changed):
    return EmbedderSettings(
        openai_base_url=server.url,
        openai_api_key="secret-key-1",
        openai_model=EMBED_MODEL,
        openai_dimensions=DIMENSIONS,
        **changed,
    )


@pytest.fixture
def embedder(server):
    made = OpenAIEmbedder(
        "secret-key-1", server.url, model=EMBED_MODEL, dimensions=DIMENSIONS,
        patience=5, first_backoff=0.001,
    )  # fmt: skip
    with closing(made):
        yield made


def test_it_is_preferred_when_a_model_is_named_and_gemini_has_no_key(server):
    with closing(preferred(settings_of(server))) as found:
        assert found.name == f"openai:{EMBED_MODEL}:{DIMENSIONS}"
        assert named(found.name, settings_of(server)) is found
    assert preferred(settings_of(server, gemini_api_key="k")).name.startswith("gemini:")


def test_a_version_of_a_server_that_is_gone_says_what_to_set():
    with pytest.raises(EmbeddingUnavailable, match="OPENAI_BASE_URL is not set"):
        named("openai:nomic-embed-text:64", EmbedderSettings())


def test_each_text_has_its_own_vector_of_length_one_in_order(embedder, server):
    texts = [f"pod {number} restarts" for number in range(230)]
    rows = embedder.embed_documents([*texts, "", "pod 7 restarts"])
    assert rows.shape == (232, DIMENSIONS)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert np.array_equal(rows[7], rows[231])
    assert np.array_equal(rows[7], embedder.embed_query(texts[7]))
    assert [len(call["input"]) for call in server.calls] == [100, 100, 32, 1]


def test_trouble_that_passes_is_waited_for_and_nothing_is_asked_twice(embedder, server):
    server.say(429, b'{"error": {"message": "Rate limit reached"}}', times=2)
    embedder.embed_documents(["one", "two"])
    assert [call["input"] for call in server.calls] == [["one", "two"]] * 3


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"<html>",
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}]}',
        b'{"data": [{"index": "x", "embedding": []}]}',
        b'{"data": [{"embedding": "AAAA"}]}',
    ],
)
def test_an_answer_that_makes_no_sense_is_no_embedding(embedder, server, body):
    server.say(200, body, times=2)
    with pytest.raises(EmbeddingUnavailable):
        embedder.embed_query("x")
    with pytest.raises(EmbeddingUnavailable):
        embedder.embed_documents(["x"])


def test_a_wrong_key_is_refused_and_never_told(server):
    wrong = OpenAIEmbedder("wrong-key-9", server.url, model=EMBED_MODEL, dimensions=DIMENSIONS)
    server.say(401, b'{"error": {"message": "Incorrect API key provided: wrong-key-9"}}')
    with closing(wrong), pytest.raises(EmbeddingRefused) as refused:
        wrong.embed_documents(["x"])
    assert "OPENAI_API_KEY" in str(refused.value)
    assert "wrong-key-9" not in str(refused.value)
