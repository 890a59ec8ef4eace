import json
from pathlib import Path

import pytest

from backend.question_log import QuestionLog
from retrieval.layout import Layout
from tests.backend.running import Backend, running

FIELDS = {
    "id", "asked_at", "question", "answered", "version", "slot", "generator", "retrieval",
    "seconds", "documents", "language", "nearest",
}  # fmt: skip


def test_a_question_is_logged(backend: Backend) -> None:
    before = len(backend.logged())
    backend.ask("Comment poser des congés ?")
    backend.stream("How do I bake bread?")
    answered, abstained = backend.logged()[before:]
    assert set(answered) == FIELDS
    assert answered["question"] == "Comment poser des congés ?"
    assert (answered["answered"], answered["language"]) == (True, "fr")
    assert answered["documents"] == ["rh/congés.md"]
    assert (answered["version"], answered["slot"]) == (1, "v1")
    assert (abstained["answered"], abstained["documents"]) == (False, [])
    assert abstained["id"] != answered["id"]
    [file] = (backend.data_dir / "questions").glob("*.jsonl")
    assert file.name.split("-")[0] == answered["asked_at"][:10].replace("-", "")


@pytest.mark.parametrize("purpose", ["gate", "probe", "drill"])
def test_what_no_person_asked_is_not_logged(backend: Backend, purpose: str) -> None:
    before = backend.logged()
    backend.client.post("/ask", json={"question": "kafka"}, headers={"X-Purpose": purpose})
    backend.stream("kafka", **{"X-Purpose": purpose})
    backend.get("/search?q=kafka")
    assert backend.logged() == before


def test_it_can_be_turned_off(layout: Layout, tmp_path: Path) -> None:
    with running(layout, tmp_path, QUESTION_LOG="0") as backend:
        assert backend.ask("kafka")["version"] == 1
        assert not (tmp_path / "questions").exists()


def test_a_question_is_answered_when_it_cannot_be_logged(layout: Layout, tmp_path: Path) -> None:
    (tmp_path / "questions").write_text("a file where the folder should be")
    with running(layout, tmp_path) as backend:
        assert backend.ask("kafka")["version"] == 1
    assert "not logged" in (tmp_path / "backend.log").read_text()


def test_each_line_is_whole(tmp_path: Path) -> None:
    log = QuestionLog(tmp_path / "deep" / "questions", enabled=True)
    for number in range(3):
        log.append({"id": number, "question": "line\nbreak é"})
    [file] = (tmp_path / "deep" / "questions").iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["id"] for line in lines] == [0, 1, 2]
    assert file.stat().st_mode & 0o777 == 0o600
