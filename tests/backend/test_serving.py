import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from retrieval.layout import Layout
from tests.backend.conftest import CHANGED, KNOWLEDGE
from tests.backend.running import Backend, running
from tests.backend.versions import build
from tests.polling import eventually

QUESTION = {"question": "What is the rollback code for project Zephyr?"}
CODES = {1: "ORION-7", 2: "LYRA-9"}


@pytest.fixture(scope="module")
def own(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend whose slot a test may assign: on a copy, so that a test may damage it."""
    copy = Layout(tmp_path_factory.mktemp("own") / "indices")
    shutil.copytree(layout.indices, copy.indices, symlinks=True)
    copy.slot("v2").unlink(missing_ok=True)
    with running(copy, tmp_path_factory.mktemp("own-data"), "v2") as backend:
        yield backend


def test_without_a_version_it_says_to_come_back(own: Backend) -> None:
    own.layout.slot("v2").unlink(missing_ok=True)
    for response in (own.get("/health"), own.get("/search?q=a"), own.get("/suggestions")):
        assert response.status_code == 503
        assert response.json()["code"] == "no_version"
        assert response.headers["Retry-After"]
    assert own.client.post("/ask", json=QUESTION).status_code == 503


def test_health_tells_what_is_served(backend: Backend) -> None:
    response = backend.get("/health")
    health = response.json()
    assert response.headers["X-Index-Version"] == "1"
    assert response.headers["X-Slot"] == "v1"
    assert (health["status"], health["slot"], health["version"]) == ("ok", "v1", 1)
    assert health["documents"] == len(KNOWLEDGE)
    assert health["coverage"] == 1.0
    assert set(health["fingerprint"]) == {"embedder", "chunker", "analyser"}
    assert len(health["digest"]) == 64


def test_it_answers_from_the_version_that_the_slot_names_at_once(own: Backend) -> None:
    for number in (1, 2, 1, 2):
        own.layout.assign("v2", number)
        answer = own.ask(**QUESTION)
        assert answer["version"] == number
        assert CODES[number] in answer["answer"]
        assert own.get("/health").json()["version"] == number


def test_it_refuses_when_another_version_is_expected(own: Backend) -> None:
    own.layout.assign("v2", 1)
    response = own.client.post("/ask", json=QUESTION, headers={"X-Expect-Version": "2"})
    assert response.status_code == 421
    assert response.json()["code"] == "wrong_version"
    assert response.json()["version"] == 1
    right = own.client.post("/ask", json=QUESTION, headers={"X-Expect-Version": "1"})
    assert right.status_code == 200
    assert own.get("/health", headers={"X-Expect-Version": "x"}).status_code == 400


def test_no_answer_mixes_versions_while_the_slot_moves(own: Backend) -> None:
    own.layout.assign("v2", 1)
    stop, wrong, seen = threading.Event(), [], set()

    def load() -> None:
        with httpx.Client(base_url=own.url, timeout=20) as client:
            while not stop.is_set():
                response = client.post("/ask", json=QUESTION)
                answer = response.json()
                number = answer.get("version")
                seen.add(number)
                said = CODES.get(number, "nothing") in answer.get("answer", "")
                header = response.headers.get("X-Index-Version") == str(number)
                revisions = {each["revision"] for each in answer.get("citations", [])}
                if not (response.status_code == 200 and said and header and revisions == {number}):
                    wrong.append((response.status_code, answer))

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in (2, 1) * 10:
        own.layout.assign("v2", number)
        eventually(lambda n=number: own.get("/health").json()["version"] == n)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert seen == {1, 2}


def test_many_who_wait_share_one_load(own: Backend) -> None:
    build(own.layout, 3, CHANGED)
    own.layout.assign("v2", 3)
    answers: list[int] = []

    def ask() -> None:
        answers.append(httpx.post(f"{own.url}/ask", json=QUESTION, timeout=20).json()["version"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [3] * 8
    log = (own.data_dir / "backend.log").read_text()
    assert log.count("serves version 3") == 1


def test_a_damaged_version_is_not_replaced_by_another(own: Backend) -> None:
    own.layout.assign("v2", 1)
    assert own.get("/health").status_code == 200
    broken = own.layout.version(7)
    broken.mkdir()
    own.layout.manifest(7).write_text("{}")
    own.layout.assign("v2", 7)
    response = own.client.post("/ask", json=QUESTION)
    assert response.status_code == 503
    assert response.json()["code"] == "index_damaged"
    assert "version 7" in response.json()["detail"]
    own.layout.assign("v2", 99)
    assert own.get("/health").status_code == 503
    own.layout.assign("v2", 1)
    assert own.ask(**QUESTION)["version"] == 1


def test_a_killed_worker_comes_back_on_its_version(own: Backend) -> None:
    own.layout.assign("v2", 1)
    assert own.get("/health").status_code == 200
    [worker] = own.workers()
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: own.workers() not in ([], [worker]))
    assert (
        eventually(lambda: httpx.post(f"{own.url}/ask", json=QUESTION, timeout=20)).json()[
            "version"
        ]
        == 1
    )


def test_search_gives_the_documents_own_text(backend: Backend) -> None:
    found = backend.get("/search", params={"q": "restart the broker", "k": 3}).json()
    assert set(found) == {"results", "version", "slot", "retrieval"}
    assert found["retrieval"] == "hybrid"
    assert len(found["results"]) == 3
    first = found["results"][0]
    assert set(first) == {"document", "revision", "title", "section", "text", "score"}
    assert first["document"] == "ops/kafka.md"
    for result in found["results"]:
        assert result["text"] in KNOWLEDGE[result["document"]]
    scores = [result["score"] for result in found["results"]]
    assert scores == sorted(scores, reverse=True)


def test_search_by_words_alone(backend: Backend) -> None:
    found = backend.get("/search", params={"q": "partitions", "retrieval": "lexical"}).json()
    assert found["retrieval"] == "lexical"
    assert [result["document"] for result in found["results"]] == ["ops/kafka.md"]


def test_a_source_is_the_document_as_its_version_holds_it(own: Backend) -> None:
    own.layout.assign("v2", 2)
    path = "/sources/ops/zephyr.md"
    served = own.get(path)
    assert served.headers["X-Index-Version"] == "2"
    assert served.json()["body"] == CHANGED["ops/zephyr.md"]
    earlier = own.get(path, params={"version": 1})
    assert earlier.headers["X-Index-Version"] == "1"
    source = earlier.json()
    assert source["body"] == KNOWLEDGE["ops/zephyr.md"]
    assert (source["document"], source["revision"], source["version"]) == ("ops/zephyr.md", 1, 1)
    assert (source["title"], source["slot"]) == ("Project Zephyr", "v2")
    assert "<h1>Project Zephyr</h1>" in source["html"]


def test_a_source_that_is_deleted_or_gone_is_told_apart(own: Backend) -> None:
    own.layout.assign("v2", 2)
    deleted = own.get("/sources/ops/kafka.md", params={"version": 1})
    assert (deleted.status_code, deleted.json()["code"]) == (404, "document_not_found")
    for number in (4, 8):
        build(own.layout, number, KNOWLEDGE)
    assert own.get("/sources/notes.md", params={"version": 4}).status_code == 200
    collected = Path(own.layout.manifest(4))
    collected.unlink()
    gone = own.get("/sources/notes.md", params={"version": 4})
    # Version 8 was numbered after it, so that 4 was, and 12 never.
    assert (gone.status_code, gone.json()["code"]) == (410, "version_collected")
    never = own.get("/sources/notes.md", params={"version": 12})
    assert (never.status_code, never.json()["code"]) == (404, "no_such_version")


def test_an_error_says_its_version_too(backend: Backend) -> None:
    number = str(backend.get("/health").json()["version"])
    for path in (
        "/sources/none.md",
        "/sources/none.md?version=99",
        "/search?q=",
        "/search?q=x&k=0",
    ):
        told = backend.get(path, headers={"X-Expect-Version": number})
        assert told.status_code in (400, 404)
        assert (told.headers["X-Index-Version"], told.headers["X-Slot"]) == (number, backend.slot)
    for expected in ("99", "x"):
        told = backend.get("/search?q=x", headers={"X-Expect-Version": expected})
        assert told.status_code in (400, 421)
        assert "X-Index-Version" not in told.headers


def test_a_source_runs_no_script(backend: Backend) -> None:
    source = backend.get("/sources/notes.md").json()
    assert "<script>" in source["body"]
    assert "<script" not in source["html"]


def test_a_source_is_found_by_a_name_with_accents(backend: Backend) -> None:
    assert backend.get("/sources/rh/congés.md").json()["title"] == "Congés"
