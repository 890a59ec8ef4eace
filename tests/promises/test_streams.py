"""S3: a stream that began before a switch ends whole, on its version."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from retrieval.layout import other
from tests.gemini_server import GeminiServer
from tests.polling import eventually
from tests.promises.conftest import QUESTIONS

STREAMS = 20
SWITCHES = 20
WORDS = "Word by word, this answer outlives twenty switches and ends with its last word [1]."
ACCEPT = {"Accept": "text/event-stream"}


@pytest.fixture
def gemini():
    """It says three words of each answer, and the others once it is released."""
    with GeminiServer(answer=lambda payload: WORDS, held_after=3) as server:
        yield server


def _follow(system, begun: threading.Semaphore):
    """The version in the answer's headers, the words of its tokens, and its last event."""
    words, name = [], ""
    question = {"question": QUESTIONS[0]}
    with system.http.stream("POST", "/api/ask", json=question, headers=ACCEPT) as answer:
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data = json.loads(line.removeprefix("data: "))
                if name == "token":
                    words.append(data["text"])
                    if len(words) == 1:
                        begun.release()
    return int(answer.headers["X-Index-Version"]), "".join(words), (name, data)


def test_open_streams_finish(own_system, gemini):
    """S3. Twenty streams have begun; twenty switches between the slots, and an edit that gives
    the streams' own slot to a newer version; only then does the generator say the rest."""
    urls = {"GEMINI_EMBED_URL": gemini.embed_url, "GEMINI_CHAT_URL": gemini.chat_url}
    system = own_system(GEMINI_API_KEY=gemini.key, GEMINI_TIMEOUT="120", **urls)
    system.write("ops/s3.md", "# Three\n\nThe third bell is cracked.\n")
    served = system.in_sync()["active"]
    begun = threading.Semaphore(0)
    with ThreadPoolExecutor(STREAMS) as pool:
        streams = [pool.submit(_follow, system, begun) for _ in range(STREAMS)]
        for _ in streams:
            assert begun.acquire(timeout=30)
        try:
            for turn in range(SWITCHES):
                slot = other(served["slot"]) if turn % 2 == 0 else served["slot"]
                switched = system.control("POST", f"/activate?version={slot}").json()
                assert switched["epoch"] == served["epoch"] + turn + 1
            system.control("POST", "/api/resume")
            for bell in ("cast", "hung"):
                system.write("ops/s3.md", f"# Three\n\nThe third bell is {bell} anew.\n")
                system.in_sync()
            slots = eventually(lambda: system.health()["slots"])
            assert served["version"] not in {slot["version"] for slot in slots.values()}
            assert not any(stream.done() for stream in streams)
        finally:
            gemini.release()
        ended = [stream.result() for stream in streams]
    for version, words, (name, done) in ended:
        assert (version, words, name) == (served["version"], WORDS, "done")
        assert (done["version"], done["slot"]) == (served["version"], served["slot"])
    print("S3:", len(ended), "streams through", SWITCHES, "switches")
