"""People's last questions, answered by what is served and by the candidate, side by side."""

import socket
import ssl
import threading

import pytest
from django.utils import timezone

from builder import comparing
from builder.comparing import compare, difference_of
from builder.questioning import Questioning
from questions.models import Question
from routing import backends, pointer
from tests.questions.asking import say

NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"
DISK = "# Disk full\n\nWhen the disk is full, remove old journals.\n"
NODE_QUESTION = "What to do when a node is not ready?"
AGAIN = "what to do  when a node is not ready?"
DISK_QUESTION = "What to do when the disk is full?"


def ask(*questions: str) -> None:
    for question in questions:
        Question.objects.create(
            identifier=f"{Question.objects.count():032}", asked_at=timezone.now(),
            question=question, answered=True, version=1, slot="v1", generator="extractive",
            retrieval="hybrid", seconds=0.1,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    monkeypatch.setattr(comparing, "SECONDS", 30.0)


@pytest.fixture
def asked_of(place):
    place.publish({"disk.md": DISK, "node.md": NODE})
    ask(NODE_QUESTION, DISK_QUESTION, AGAIN)
    return place


def test_answers_that_differ_are_kept_with_the_version(asked_of):
    served = asked_of.active()
    version = asked_of.publish({"node.md": NODE.replace("restart", "drain it and restart")})
    found = version.comparison
    assert (found["with"], found["asked"], found["of"], found["differing"]) == (
        served.number, 2, 2, 1,
    )  # fmt: skip
    assert found["seconds"] > 0
    case = found["answers"][0]
    assert case["question"] == AGAIN
    assert case["times"] == 2
    assert case["kind"] == "text"
    assert 0 < case["difference"] < 1
    assert "drain" not in case["before"]["answer"]
    assert "drain" in case["after"]["answer"]


def test_a_lost_answer_comes_first(asked_of):
    asked_of.remove("disk.md")
    version = asked_of.publish({"node.md": NODE.replace("restart", "drain it and restart")})
    kinds = [case["kind"] for case in version.comparison["answers"]]
    assert kinds == ["lost", "text"]
    assert version.comparison["answers"][0]["after"]["answered"] is False


def test_what_did_not_help_is_compared_first(asked_of, settings):
    settings.COMPARED_QUESTIONS = 1
    say("unhelpful", DISK_QUESTION)
    version = asked_of.publish(
        {"disk.md": DISK.replace("old", "the oldest"), "node.md": NODE.replace("Cordon", "Drain")}
    )
    [case] = version.comparison["answers"]
    assert (case["question"], case["unhelpful"]) == (DISK_QUESTION, 1)


def test_the_active_version_is_asked_once(asked_of, monkeypatch):
    """Its answers were heard when it was the candidate."""
    real, heard = Questioning.ask, []

    def listened(asked, question, seconds):
        heard.append(asked.number)
        return real(asked, question, seconds)

    monkeypatch.setattr(Questioning, "ask", listened)
    one = asked_of.publish({"more.md": "# More\n\nMuch more of this.\n"})
    heard.clear()
    other = asked_of.publish({"more.md": "# More\n\nEven more of this.\n"})
    assert one.number != other.number
    assert heard == [other.number] * 2


def test_within_its_time_it_compares_what_it_can_and_says_how_much(asked_of, monkeypatch):
    monkeypatch.setattr(comparing, "SECONDS", 0.0)
    version = asked_of.publish({"disk.md": DISK + "\nThen tell the team.\n"})
    assert (version.comparison["asked"], version.comparison["of"]) == (0, 2)
    assert version.is_active


def test_where_a_person_decides_there_is_time_for_all(asked_of, settings, monkeypatch):
    monkeypatch.setattr(comparing, "SECONDS", 0.0)
    settings.PUBLISH_POLICY = "manual"
    asked_of.publish({"disk.md": DISK + "\nThen tell the team.\n"})
    assert asked_of.newest().comparison["asked"] == 2


def test_an_answer_that_is_late_is_not_waited_for(asked_of, settings, monkeypatch):
    """What is served takes its questions, and does not answer within the comparison's time."""
    served = pointer.read(settings.DATA_DIR)
    monkeypatch.setattr(comparing, "SECONDS", 0.2)
    monkeypatch.setattr(comparing, "LONGEST", 5.0)
    comparing._remembered.clear()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.BACKEND_URLS = {**settings.BACKEND_URLS, served.slot: url}
        found = compare(served.version, served.slot)
    assert (found["asked"], found["of"]) == (0, 2)
    assert "error" not in found
    assert found["seconds"] < comparing.LONGEST


def test_the_time_to_find_out_what_to_ask_counts_too(asked_of, settings, monkeypatch):
    """A database that is slow leaves less for the questions; it does not make an edit wait."""
    served = pointer.read(settings.DATA_DIR)
    monkeypatch.setattr(comparing, "SECONDS", 0.2)
    comparing._remembered.clear()
    real = comparing.asked.latest

    def slow(number):
        threading.Event().wait(0.2)
        return real(number)

    monkeypatch.setattr(comparing.asked, "latest", slow)
    found = compare(served.version, served.slot)
    assert (found["asked"], found["of"]) == (0, 2)


def test_no_certificates_are_read_for_a_backend_without_any(place, monkeypatch):
    """That alone took longer than a comparison may, in each new process."""
    backends.close()
    read = []
    monkeypatch.setattr(
        ssl.SSLContext, "load_verify_locations", lambda *_, **__: read.append("certificates")
    )
    assert backends.client("v1") is backends.client("v1")
    assert read == []


@pytest.mark.parametrize("name", ["QUESTION_LOG", "COMPARED_QUESTIONS"])
def test_switched_off_it_compares_nothing_and_says_why(asked_of, settings, name):
    setattr(settings, name, 0)
    version = asked_of.publish({"disk.md": DISK + "\nThen tell the team.\n"})
    assert (version.comparison["asked"], version.comparison["of"]) == (0, 0)
    assert f"{name}=0" in version.comparison["note"]


def test_a_comparison_that_fails_is_noted_and_the_version_served(asked_of, settings, monkeypatch):
    """The active backend is gone by the time that it is asked; the candidate's is not."""
    served = pointer.read(settings.DATA_DIR)
    monkeypatch.setattr(comparing, "LONGEST", 0.2)
    comparing._remembered.clear()
    real = comparing.compare

    def without_the_active(number, slot):
        whole = settings.BACKEND_URLS
        settings.BACKEND_URLS = {**whole, served.slot: "http://127.0.0.1:9"}
        try:
            return real(number, slot)
        finally:
            settings.BACKEND_URLS = whole

    monkeypatch.setattr(comparing, "compare", without_the_active)
    version = asked_of.publish({"disk.md": DISK + "\nThen tell the team.\n"})
    assert version.is_active
    assert "did not answer" in version.comparison["error"]


def test_the_first_version_has_nothing_to_be_compared_with(place):
    ask(NODE_QUESTION)
    version = place.publish({"node.md": NODE})
    assert version.comparison["with"] is None
    assert version.comparison["note"]
    assert compare(version.number, "v1")["with"] == version.number


def answer(text: str, *documents: str) -> dict:
    return {"answer": text, "answered": bool(documents),
            "citations": [{"document": document} for document in documents]}  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (answer("a", "a.md"), answer("none"), "lost"),
        (answer("none"), answer("a", "a.md"), "gained"),
        (answer("a", "a.md"), answer("a", "b.md"), "sources"),
        (answer("a b", "a.md"), answer("a c", "a.md"), "text"),
        (answer("a b", "a.md"), answer("a  b", "a.md"), None),
        (answer("none"), answer("none"), None),
    ],
)
def test_the_kinds_of_difference(before, after, kind):
    found = difference_of(before, after)
    assert (found and found["kind"]) == kind
    assert found is None or 0 < found["difference"] <= 1
