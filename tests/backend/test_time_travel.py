"""Any kept version answers when it is named, beside what the slot holds."""

import shutil
from collections.abc import Iterator

import pytest

from retrieval.layout import Layout
from tests.backend.conftest import CHANGED, KNOWLEDGE
from tests.backend.running import Backend, events, running
from tests.backend.versions import build

QUESTION = {"question": "What is the rollback code for project Zephyr?"}


@pytest.fixture(scope="module")
def idle(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend of a slot that was never assigned; #1 and #2 are kept, and so are #3 to #6."""
    copy = Layout(tmp_path_factory.mktemp("kept") / "indices")
    shutil.copytree(layout.indices, copy.indices, symlinks=True)
    copy.slot("v2").unlink(missing_ok=True)
    for number in range(3, 7):
        build(copy, number, KNOWLEDGE if number % 2 else CHANGED)
    with running(copy, tmp_path_factory.mktemp("kept-data"), "v2") as backend:
        yield backend


def test_it_answers_from_the_version_that_is_named(idle: Backend) -> None:
    for number, code in ((1, "ORION-7"), (2, "LYRA-9"), (1, "ORION-7")):
        answer = idle.client.post("/ask", json=QUESTION, headers=named(number))
        assert answer.status_code == 200, answer.text
        assert answer.headers["X-Index-Version"] == str(number)
        assert (answer.json()["version"], answer.json()["slot"]) == (number, "v2")
        assert code in answer.json()["answer"]
    assert idle.client.post("/ask", json=QUESTION).status_code == 503, "its slot is still empty"


def test_a_stream_and_a_search_too(idle: Backend) -> None:
    headers = {**named(2), "Accept": "text/event-stream"}
    stream = idle.client.post("/ask", json=QUESTION, headers=headers)
    name, done = events(stream.text)[-1]
    assert (name, done["version"]) == ("done", 2)
    found = idle.get("/search", params={"q": "rollback code"}, headers=named(2)).json()
    assert found["version"] == 2
    assert "LYRA-9" in found["results"][0]["text"]


def test_many_versions_in_turn(idle: Backend) -> None:
    """More than are kept open: each is opened again when it is asked again."""
    for number in [1, 2, 3, 4, 5, 6] * 2:
        answer = idle.client.post("/ask", json=QUESTION, headers=named(number)).json()
        assert answer["version"] == number
        assert ("ORION-7" if number % 2 else "LYRA-9") in answer["answer"]


def test_what_is_served_goes_on(backend: Backend) -> None:
    before = backend.ask(**QUESTION)
    assert backend.client.post("/ask", json=QUESTION, headers=named(2)).json()["version"] == 2
    assert backend.ask(**QUESTION) == before
    assert backend.get("/health").json()["version"] == 1


def test_it_is_not_logged(backend: Backend) -> None:
    before = backend.logged()
    backend.client.post("/ask", json=QUESTION, headers=named(2))
    assert backend.logged() == before


def test_a_version_that_is_gone_never_was_or_is_no_number(idle: Backend) -> None:
    build(idle.layout, 7, KNOWLEDGE)
    build(idle.layout, 8, KNOWLEDGE)
    assert idle.client.post("/ask", json=QUESTION, headers=named(7)).status_code == 200
    idle.layout.manifest(7).unlink()
    for number, status in ((7, 410), (9, 404), ("x", 400), (0, 400)):
        answer = idle.client.post("/ask", json=QUESTION, headers=named(number))
        assert answer.status_code == status, (number, answer.text)


def named(number: object) -> dict[str, str]:
    return {"X-Ask-Version": str(number)}
