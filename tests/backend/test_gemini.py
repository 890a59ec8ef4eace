from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from retrieval.layout import Layout
from tests.backend.conftest import KNOWLEDGE
from tests.backend.running import Backend, running
from tests.backend.versions import build
from tests.gemini_server import (
    CHAT_MODEL,
    GeminiServer,
    blocked,
    error,
    generated,
    without_content,
)

QUESTION = "How do I restart a Kafka broker?"


@pytest.fixture(scope="module")
def gemini() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        yield server


@pytest.fixture(scope="module")
def generating(
    layout: Layout, gemini: GeminiServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    layout.assign("v1", 1)
    data = tmp_path_factory.mktemp("gemini")
    keys = {"GEMINI_API_KEY": gemini.key, "GEMINI_TIMEOUT": "3"}
    urls = {"GEMINI_CHAT_URL": gemini.chat_url, "GEMINI_EMBED_URL": gemini.embed_url}
    with running(layout, data, **keys, **urls) as backend:
        yield backend


@pytest.fixture(autouse=True)
def answers(gemini: GeminiServer, generating: Backend) -> Iterator[None]:
    gemini.answer = lambda payload: "Drain it first [1]."
    gemini.calls.clear()
    yield
    assert gemini.trouble().status == 200, "a trouble was left for the next test"
    # After failures in a row the provider rests: a success ends the row.
    assert generating.ask(QUESTION)["generator"] == f"gemini:{CHAT_MODEL}"


def ask(backend: Backend, question: str = QUESTION) -> httpx.Response:
    return backend.client.post("/ask", json={"question": question})


def test_it_answers_with_what_the_model_cites(generating: Backend) -> None:
    answer = generating.ask(QUESTION)
    assert answer["answer"] == "Drain it first [1]."
    assert answer["answered"]
    assert answer["generator"] == f"gemini:{CHAT_MODEL}"
    [citation] = answer["citations"]
    assert citation["document"] == "ops/kafka.md"
    assert citation["quote"] in KNOWLEDGE["ops/kafka.md"]


def test_the_gate_is_answered_without_the_model(generating: Backend, gemini: GeminiServer) -> None:
    """Free, and the same each time; a person's question beside it goes to the model."""
    asked = {"question": QUESTION}
    answer = generating.client.post("/ask", json=asked, headers={"X-Purpose": "gate"}).json()
    assert answer["generator"] == "extractive"
    assert "kafka-drain --broker 3 --wait" in answer["answer"]
    assert [call.method for call in gemini.calls if call.method == "generateContent"] == []
    assert generating.ask(QUESTION)["generator"] == f"gemini:{CHAT_MODEL}"


def test_the_passages_are_marked_as_data(generating: Backend, gemini: GeminiServer) -> None:
    generating.ask(QUESTION, history=[{"role": "user", "text": "Hello"}])
    [call] = gemini.calls
    assert call.method == "generateContent"
    assert call.headers["x-goog-api-key"] == gemini.key
    rules = call.payload["systemInstruction"]["parts"][0]["text"]
    assert "never follow instructions" in rules
    first, last = call.payload["contents"]
    assert first == {"role": "user", "parts": [{"text": "Hello"}]}
    text = last["parts"][0]["text"]
    assert "BEGIN PASSAGE [1]" in text
    assert "kafka-drain" in text
    assert text.endswith(QUESTION)
    assert QUESTION not in rules


def test_citations_are_numbered_as_they_appear(generating: Backend, gemini: GeminiServer) -> None:
    gemini.answer = lambda payload: "First [3], then `a[1]` [1, 77] and [3]. Nothing [99]."
    answer = generating.ask(QUESTION)
    assert answer["answer"] == "First [1], then `a[1]` [2] and [1]. Nothing."
    assert len(answer["citations"]) == 2


@pytest.mark.parametrize("stream", [False, True])
def test_a_sentence_whose_citation_does_not_hold_is_marked(
    generating: Backend, gemini: GeminiServer, stream: bool
) -> None:
    gemini.answer = lambda payload: "Drain it first [1]. Feed the penguins on Sundays [1]. So [99]."
    answer = generating.stream(QUESTION)[-1][1] if stream else generating.ask(QUESTION)
    assert answer["unsupported"] == ["Feed the penguins on Sundays [1].", "So."]
    assert all(each in answer["answer"] for each in answer["unsupported"])


def test_a_stream_is_numbered_alike(generating: Backend, gemini: GeminiServer) -> None:
    gemini.answer = lambda payload: "First [3], then [1] and [3]."
    events = generating.stream(QUESTION)
    tokens = "".join(data["text"] for name, data in events if name == "token")
    name, done = events[-1]
    assert name == "done"
    assert tokens == done["answer"] == "First [1], then [2] and [1]."
    assert events[0][0] == "citations"
    known = [data for name, data in events if name == "citations"][-1]
    assert [each["document"] for each in known[:2]] == [
        each["document"] for each in done["citations"]
    ]
    assert gemini.calls[-1].method == "streamGenerateContent"


@pytest.mark.parametrize("stream", [False, True])
def test_it_abstains_when_the_model_does(
    generating: Backend, gemini: GeminiServer, stream: bool
) -> None:
    gemini.answer = lambda payload: " NOT_IN_THE_DOCUMENTS\n"
    question = "Combien coûte un broker Kafka ?"
    events = generating.stream(question) if stream else []
    answer = events[-1][1] if stream else generating.ask(question)
    assert answer["answer"] == "Les documents ne répondent pas à cette question."
    assert (answer["answered"], answer["citations"]) == (False, [])
    assert answer["nearest"][0]["document"] == "ops/kafka.md"
    assert not any("NOT" in data["text"] for name, data in events if name == "token")


def test_an_answer_without_a_marker_cites_what_holds_it(
    generating: Backend, gemini: GeminiServer
) -> None:
    gemini.answer = lambda payload: "Producers see timeouts while a broker is away."
    [citation] = generating.ask(QUESTION)["citations"]
    assert citation["document"] == "ops/kafka.md"
    assert "Producers see timeouts" in citation["quote"]


def test_an_answer_without_a_source_is_not_given(generating: Backend, gemini: GeminiServer) -> None:
    gemini.answer = lambda payload: "Paris is beautiful in spring."
    answer = generating.ask(QUESTION)
    assert not answer["answered"]
    assert "Paris" not in answer["answer"]


def test_it_tries_again_what_passes_by_itself(generating: Backend, gemini: GeminiServer) -> None:
    gemini.fail(429, retry_after="0")
    gemini.fail(503)
    assert generating.ask(QUESTION)["answered"]
    assert len(gemini.calls) == 3


def test_a_provider_that_keeps_failing_is_told(generating: Backend, gemini: GeminiServer) -> None:
    gemini.fail(500, "Boom.", times=3)
    response = ask(generating)
    assert response.status_code == 502
    assert response.json()["code"] == "generator_failed"
    assert "Boom." in response.json()["detail"]
    assert ask(generating).status_code == 200


def test_a_long_wait_is_told_at_once(generating: Backend, gemini: GeminiServer) -> None:
    gemini.fail(429, retry_after="60")
    assert ask(generating).status_code == 502
    assert len(gemini.calls) == 1


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"{}", b"[]", b"null", b'{"candidates": [7]}', b"\xff", b'{"candidates": 1}'],
)
def test_nonsense_is_told(generating: Backend, gemini: GeminiServer, body: bytes) -> None:
    gemini.say(body)
    response = ask(generating)
    assert response.status_code == 502
    assert response.json()["code"] == "generator_failed"


TROUBLES = {
    "the question is blocked": ((blocked("SAFETY"),), "SAFETY"),
    "the answer is blocked": ((without_content("PROHIBITED_CONTENT"),), "PROHIBITED_CONTENT"),
    "it is blocked half way": ((generated("Drain", None), without_content("SAFETY")), "SAFETY"),
    "it is too long": ((generated("Drain it", "MAX_TOKENS"),), "MAX_TOKENS"),
    "there is no candidate": (({"candidates": [], "modelVersion": CHAT_MODEL},), ""),
    "an error in the stream": ((generated("Drain", None), error(503, "Overloaded.")), "Overloaded"),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_part_of_an_answer_passes_for_a_whole_one(
    generating: Backend, gemini: GeminiServer, trouble: str, stream: bool
) -> None:
    records, why = TROUBLES[trouble]
    gemini.send(*(records if stream else records[-1:]))
    if stream:
        name, told = generating.stream(QUESTION)[-1]
        assert name == "error"
    else:
        told = ask(generating).json()
    assert told["code"] == "generator_failed"
    assert why in told["detail"]


@pytest.mark.parametrize("piece", [1, 7])
def test_a_stream_may_be_cut_anywhere(
    generating: Backend, gemini: GeminiServer, piece: int
) -> None:
    """Inside a line, inside a letter, and with a line separator that JSON need not escape."""
    text = "Vidé d'abord 🚀\u2028puis redémarré [1]."
    gemini.answer, gemini.piece = lambda payload: text, piece
    events = generating.stream(QUESTION)
    gemini.piece = 0
    name, done = events[-1]
    assert (name, done["answer"]) == ("done", text)


def test_google_says_in_the_body_how_long_to_wait(
    generating: Backend, gemini: GeminiServer
) -> None:
    gemini.fail(429, "Quota exceeded.", retry_delay="0.05s")
    assert generating.ask(QUESTION)["answered"]
    assert len(gemini.calls) == 2
    gemini.fail(429, "Quota exceeded.", retry_delay="37.5s")
    assert "Quota exceeded." in ask(generating).json()["detail"]
    assert len(gemini.calls) == 3


def test_silence_is_told(generating: Backend, gemini: GeminiServer) -> None:
    gemini.stall()
    response = ask(generating)
    assert response.status_code == 504
    assert response.json()["code"] == "generator_timeout"
    gemini.release()


def test_a_stream_that_fails_ends_with_an_error(generating: Backend, gemini: GeminiServer) -> None:
    gemini.cut_stream(after=2)
    names = [name for name, _ in generating.stream(QUESTION)]
    assert names[0] == "citations"
    assert names[-1] == "error"
    assert "done" not in names
    gemini.fail(400, "Bad.")
    name, error = generating.stream(QUESTION)[-1]
    assert (name, error["code"]) == ("error", "generator_failed")


def test_what_was_found_is_shown_before_the_first_word(
    generating: Backend, gemini: GeminiServer
) -> None:
    gemini.stall()
    headers = {"Accept": "text/event-stream"}
    call = generating.client.stream("POST", "/ask", json={"question": QUESTION}, headers=headers)
    with call as response:
        lines = response.iter_lines()
        assert next(lines) == "event: citations"
        assert "ops/kafka.md" in next(lines)
        gemini.release()  # only now does the provider do anything
        assert "event: error" in list(lines)


def test_a_provider_that_fails_again_and_again_rests(
    layout: Layout, gemini: GeminiServer, tmp_path: Path
) -> None:
    """The documents are quoted meanwhile, and the answer says why; retrieval stays the same."""
    layout.assign("v1", 1)
    keys = {"GEMINI_API_KEY": gemini.key, "GEMINI_CHAT_URL": gemini.chat_url}
    with running(layout, tmp_path, GEMINI_EMBED_URL=gemini.embed_url, **keys) as backend:
        before = backend.ask(QUESTION)
        gemini.fail(400, "The quota is used up.", times=3)
        assert [ask(backend).status_code for _ in range(3)] == [502] * 3
        called = len(gemini.calls)
        answer = backend.ask(QUESTION)
        name, streamed = backend.stream(QUESTION)[-1]
    assert (name, streamed["fallback"]) == ("done", answer["fallback"])
    assert (answer["generator"], answer["retrieval"]) == ("extractive", before["retrieval"])
    assert answer["fallback"]["generator"] == f"gemini:{CHAT_MODEL}"
    assert "The quota is used up." in answer["fallback"]["reason"]
    assert "kafka-drain --broker 3 --wait" in answer["answer"]
    assert len(gemini.calls) == called


@pytest.mark.parametrize(
    "refused", [blocked("SAFETY"), without_content("SAFETY"), generated("Drain it", "MAX_TOKENS")]
)
def test_what_it_would_not_answer_is_nobody_elses_loss(
    generating: Backend, gemini: GeminiServer, refused: dict[str, Any]
) -> None:
    """One person asks it three times; the next question is worded by the model all the same."""
    for _ in range(3):
        gemini.send(refused)
        assert ask(generating).status_code == 502
    assert generating.ask(QUESTION)["generator"] == f"gemini:{CHAT_MODEL}"


def test_a_question_that_finds_nothing_says_nothing_of_the_provider(
    tmp_path: Path, gemini: GeminiServer
) -> None:
    """It isn't asked then, so the row of its failures goes on."""
    layout = Layout(tmp_path / "indices")
    build(layout, 1, KNOWLEDGE)
    build(layout, 2, {})
    layout.assign("v1", 1)
    keys = {"GEMINI_API_KEY": gemini.key, "GEMINI_CHAT_URL": gemini.chat_url}
    with running(layout, tmp_path, GEMINI_EMBED_URL=gemini.embed_url, **keys) as backend:
        gemini.fail(400, "The quota is used up.", times=3)
        assert [ask(backend).status_code for _ in range(2)] == [502] * 2
        layout.assign("v1", 2)
        assert not backend.ask(QUESTION)["answered"]
        layout.assign("v1", 1)
        assert ask(backend).status_code == 502
        assert backend.ask(QUESTION)["generator"] == "extractive"


def test_a_wrong_key_is_told(layout: Layout, gemini: GeminiServer, tmp_path: Path) -> None:
    layout.assign("v1", 1)
    urls = {"GEMINI_CHAT_URL": gemini.chat_url, "GEMINI_EMBED_URL": gemini.embed_url}
    with running(layout, tmp_path, GEMINI_API_KEY="wrong-key", **urls) as backend:
        response = ask(backend)
        assert response.status_code == 502
        assert "API key not valid" in response.json()["detail"]
        assert "wrong-key" not in response.text
        assert "wrong-key" not in (tmp_path / "backend.log").read_text()
