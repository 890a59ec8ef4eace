"""What a worded answer costs the loop that all the others' words go through."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backend import generated
from backend.citations import Finished, Found
from backend.evidence import HITS, Evidence
from backend.extractive import Extractive
from backend.generated import Generated
from backend.providers.gemini import Gemini
from backend.validation import Asked
from retrieval.embedders import EmbedderSettings, preferred
from retrieval.index import Index
from retrieval.layout import Layout
from tests.gemini_server import GeminiServer

QUESTION = "How do I restart a Kafka broker?"


@pytest.fixture(scope="module")
def gemini() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        server.answer = lambda payload: "Drain it first [3], then [1] and [3]."
        yield server


@pytest.fixture
def evidence(layout: Layout) -> Evidence:
    index = Index.open(layout, 1)
    vector = preferred(EmbedderSettings()).embed_query(QUESTION)
    hits = index.search(QUESTION, vector, HITS)
    return Evidence(index, QUESTION, "", hits, "hybrid")


def answered(gemini: GeminiServer, evidence: Evidence) -> list[Any]:
    async def collect() -> list[Any]:
        generator = Generated(Gemini(gemini.chat_url, gemini.key, 5.0), "gemini", Extractive())
        try:
            events = generator.events(Asked(QUESTION), evidence, stream=True)
            return [event async for event in events]
        finally:
            await generator.close()

    return asyncio.run(collect())


def in_threads(
    monkeypatch: pytest.MonkeyPatch, name: str, function: Callable[..., Any]
) -> list[threading.Thread]:
    """The threads in which it is called from now on, call by call."""
    threads: list[threading.Thread] = []

    def noted(*args: Any) -> Any:
        threads.append(threading.current_thread())
        return function(*args)

    monkeypatch.setattr(generated, name, noted)
    return threads


def test_what_citations_hold_is_weighed_once_each_time_that_they_are_told(
    gemini: GeminiServer, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed = in_threads(monkeypatch, "weigh", generated.weigh)
    events = answered(gemini, evidence)
    told = [event for event in events if isinstance(event, Found | Finished)]
    assert len(evidence.hits) > 1
    assert len(weighed) == len(told) + 1, "and once for how sure it is"


def test_a_whole_answer_is_held_against_its_passages_beside_the_loop(
    gemini: GeminiServer, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = in_threads(monkeypatch, "unsupported", generated.unsupported)
    assert answered(gemini, evidence)[-1].answered
    assert [thread is threading.main_thread() for thread in compared] == [False]
