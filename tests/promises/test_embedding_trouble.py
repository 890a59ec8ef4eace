"""A3, of embedding: a provider that is dead delays no edit and no question, and is paid once."""

import time
from collections.abc import Iterator

import pytest

from tests.gemini_server import GeminiServer
from tests.polling import eventually
from tests.promises.conftest import DOCUMENTS
from tests.system import System

FOR_EVER = 100_000


@pytest.fixture
def gemini() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        yield server


@pytest.fixture
def by_gemini(tmp_path, gemini) -> Iterator[System]:
    """A system whose provider answers nothing but 500 from the start."""
    gemini.fail(500, "Internal error encountered.", times=FOR_EVER)
    system = System(
        tmp_path / "data", GEMINI_API_KEY=gemini.key, GEMINI_EMBED_URL=gemini.embed_url,
        GEMINI_CHAT_URL=gemini.chat_url, LEXICAL_FIRST_SECONDS="3",
        FAILPOINT_FILE=str(tmp_path / "failpoint"),
    )  # fmt: skip
    for path, text in DOCUMENTS.items():
        system.write(path, text)
    yield system.start()
    assert system.stop() == 0


def found(system: System, words: str) -> tuple[str, str]:
    """The best document, and by which halves it was found."""
    answer = system.search(words, k=1)
    best = answer["results"][0]["document"] if answer["results"] else ""
    return best, answer["retrieval"]


def test_a_dead_provider_delays_no_edit_and_no_question(by_gemini, gemini):
    system = by_gemini
    eventually(lambda: system.health()["status"] == "ok", within=60, what="words are served")
    assert found(system, "code for project Zephyr") == ("ops/zephyr.md", "lexical")

    def told() -> bool:
        status = system.status()
        assert status["active"]["coverage"] == 0.0
        assert not status["in_sync"]
        return "Internal error" in status["embedding"]["trouble"]["error"]

    eventually(told, within=30, what="the trouble is told")
    _edit_is_found(system, "quokka", within=10)

    failpoint = system.data.parent / "failpoint"
    failpoint.write_text("embedding.kept")  # the worker is killed once the provider was paid
    gemini.recover()
    eventually(lambda: not failpoint.exists(), within=60, what="the worker is dead")
    assert system.in_sync(within=90)["active"]["coverage"] == 1.0
    assert system.status()["embedding"] is None
    assert "kb_index_coverage 1.0" in system.http.get("/metrics").text
    assert found(system, "code for project Zephyr") == ("ops/zephyr.md", "hybrid")
    assert len(gemini.paid) == len(set(gemini.paid)) > 4

    gemini.fail(500, "Internal error encountered.", times=FOR_EVER)
    assert found(system, "code for project Zephyr") == ("ops/zephyr.md", "hybrid"), "it is known"
    assert found(system, "rollback code for Zephyr") == ("ops/zephyr.md", "lexical")
    _edit_is_found(system, "wombat", within=10)
    served = system.status()["active"]
    assert 0 < served["coverage"] < 1


def _edit_is_found(system: System, word: str, *, within: float) -> None:
    started = time.monotonic()
    system.write(f"{word}.md", f"# The {word}\n\nThe {word} smiles at {word}s.\n")
    eventually(lambda: found(system, word)[0] == f"{word}.md", within=within, what="it is found")
    print(f"The edit was served after {time.monotonic() - started:.2f} s.")
