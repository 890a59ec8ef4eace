"""A version that Gemini embedded: asked with its own embedder, or by words alone; by no other."""

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.breaker import FAILURES
from retrieval.embedders import EmbedderSettings
from retrieval.layout import Layout
from tests.backend.conftest import KNOWLEDGE
from tests.backend.running import Backend, running
from tests.backend.versions import build
from tests.gemini_server import GeminiServer
from tests.polling import eventually


@pytest.fixture(scope="module")
def gemini() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        yield server


@pytest.fixture(scope="module")
def embedded(gemini: GeminiServer, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    layout = Layout(tmp_path_factory.mktemp("embedded"))
    settings = EmbedderSettings(gemini.key, gemini.embed_url)
    build(layout, 1, KNOWLEDGE, settings=settings)
    layout.assign("v1", 1)
    return layout


@pytest.fixture(scope="module")
def backend(
    embedded: Layout, gemini: GeminiServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    urls = {"GEMINI_CHAT_URL": gemini.chat_url, "GEMINI_EMBED_URL": gemini.embed_url}
    data = tmp_path_factory.mktemp("data")
    with running(embedded, data, GEMINI_API_KEY=gemini.key, **urls) as backend:
        yield backend


asked = itertools.count()


def retrieval(backend: Backend, question: str = "") -> str:
    """Of a question that was never asked, unless it is given: that would not be embedded again."""
    words = question or f"kafka broker {next(asked)}"
    found = backend.get("/search", params={"q": words}).json()
    assert found["results"][0]["document"] == "ops/kafka.md"
    return str(found["retrieval"])


def test_the_question_goes_to_the_versions_own_embedder(
    backend: Backend, gemini: GeminiServer
) -> None:
    gemini.calls.clear()
    assert retrieval(backend, "kafka broker") == "hybrid"
    [call] = gemini.calls
    assert call.method == "embedContent"
    assert call.texts == ["kafka broker"]


def test_loading_a_version_costs_no_call(backend: Backend, gemini: GeminiServer) -> None:
    assert backend.get("/health").json()["fingerprint"]["embedder"].startswith("gemini:")
    gemini.calls.clear()
    build(backend.layout, 2, {}, settings=EmbedderSettings(gemini.key, gemini.embed_url))
    backend.layout.assign("v1", 2)
    assert backend.get("/health").json()["version"] == 2
    backend.layout.assign("v1", 1)
    assert backend.get("/health").json()["version"] == 1
    assert gemini.calls == []


def test_a_question_is_paid_once_and_known_while_the_provider_fails(
    backend: Backend, gemini: GeminiServer
) -> None:
    """As the gate's probes are asked of each candidate; a question that failed is asked again."""
    question = "kafka broker restart"
    gemini.fail(500, times=5)
    assert retrieval(backend, question) == "lexical"
    gemini.recover()
    gemini.calls.clear()
    assert retrieval(backend, question) == "hybrid"
    gemini.fail(500, times=5)
    assert retrieval(backend, question) == "hybrid"
    assert [call.texts for call in gemini.calls] == [[question]]
    gemini.recover()


def test_an_embedding_that_came_too_late_is_kept(backend: Backend, gemini: GeminiServer) -> None:
    question = "kafka broker drain"
    gemini.stall()
    assert retrieval(backend, question) == "lexical"
    gemini.release()
    assert eventually(lambda: retrieval(backend, question) == "hybrid")


def test_another_embedder_is_asked_for_its_own_vector(
    backend: Backend, gemini: GeminiServer
) -> None:
    """The same question of a version with other dimensions: no mix, and no error."""
    question = "kafka broker partitions"
    assert retrieval(backend, question) == "hybrid"
    other = EmbedderSettings(gemini.key, gemini.embed_url, gemini_dimensions=256)
    build(backend.layout, 3, KNOWLEDGE, settings=other)
    backend.layout.assign("v1", 3)
    gemini.calls.clear()
    assert retrieval(backend, question) == "hybrid"
    [call] = gemini.calls
    assert call.payload["outputDimensionality"] == 256
    backend.layout.assign("v1", 1)
    assert retrieval(backend, question) == "hybrid"
    assert len(gemini.calls) == 1


def test_words_alone_answer_when_the_embedder_fails(backend: Backend, gemini: GeminiServer) -> None:
    gemini.fail(500, times=5)
    assert retrieval(backend) == "lexical"
    while gemini.trouble().status != 200:
        pass
    assert eventually(lambda: retrieval(backend) == "hybrid")


def test_words_alone_answer_when_the_embedder_is_silent(
    backend: Backend, gemini: GeminiServer
) -> None:
    gemini.stall()
    started = time.monotonic()
    assert retrieval(backend) == "lexical"
    assert time.monotonic() - started < 5
    gemini.release()


def test_a_provider_that_stays_silent_is_not_waited_for_by_each_question(
    backend: Backend, gemini: GeminiServer
) -> None:
    gemini.stall(times=FAILURES)
    with ThreadPoolExecutor(FAILURES) as people:
        found = list(people.map(lambda _: retrieval(backend), range(FAILURES)))
    assert found == ["lexical"] * FAILURES
    calls, started = len(gemini.calls), time.monotonic()
    assert retrieval(backend) == "lexical"
    assert time.monotonic() - started < 1
    assert len(gemini.calls) == calls
    gemini.release()


def test_without_a_key_words_alone_answer(embedded: Layout, tmp_path: Path) -> None:
    with running(embedded, tmp_path) as backend:
        assert retrieval(backend) == "lexical"
        answer = backend.ask("What is the rollback code for project Zephyr?")
        assert answer["retrieval"] == "lexical"
        assert "ORION-7" in answer["answer"]
