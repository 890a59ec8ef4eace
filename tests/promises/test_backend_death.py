"""S4: the death of the backend that serves is not seen by those who ask."""

import json
import os
import signal

import psutil
import pytest

from tests.gemini_server import GeminiServer
from tests.load import Load
from tests.polling import eventually
from tests.promises.conftest import QUESTIONS


def _pids(system, slot) -> set[int]:
    leader = psutil.Process(system.leaders()[f"backend-{slot}"])
    return {leader.pid, *(child.pid for child in leader.children())}


def _kill(system, slot, load, *, master: bool) -> None:
    """kill -9; returns once another process answers for the slot and load went through it."""
    before = _pids(system, slot)
    leader = psutil.Process(system.leaders()[f"backend-{slot}"])
    victim = leader if master else leader.children()[0]
    os.kill(victim.pid, signal.SIGKILL)
    eventually(lambda: _replaced(system, slot, before), within=30)
    answered = len(load.answers)
    eventually(lambda: len(load.answers) > answered + 20, within=30)


def test_backend_death_is_unseen(own_system):
    """S4. kill -9 of the active backend's master, then of a worker, three times each, under load.

    The version it comes back on is the one its slot is assigned: an edit that is held waits in
    the other slot meanwhile, newer, and must not be served.
    """
    system = own_system()
    system.write("ops/s4.md", "# Four\n\nThe fourth bell rings at noon.\n")
    system.in_sync()
    system.control("POST", "/api/rollback", json={"reason": "drill"})
    system.write("ops/s4.md", "# Four\n\nThe fourth bell rings at dusk.\n")
    eventually(lambda: system.status()["waiting"], within=30)
    active = system.status()["active"]
    with Load(system.url, QUESTIONS) as load:
        for turn in range(6):
            _kill(system, active["slot"], load, master=bool(turn % 2))
    assert load.failures == [], (load.summary(), load.failures[:3])
    assert {(a.version, a.slot) for a in load.answers} == {(active["version"], active["slot"])}
    print("S4:", load.summary())


def _replaced(system, slot, before) -> bool:
    """A worker that was not there before answers for the slot."""
    try:
        now = _pids(system, slot)
    except psutil.NoSuchProcess:  # the leader died, and the next is not recorded yet
        return False
    return len(now) > 1 and not before <= now


@pytest.fixture
def gemini():
    with GeminiServer() as server:
        yield server


def test_a_stream_that_had_begun_is_told_of_the_death(own_system, gemini):
    """S4. kill -9 of worker, then of master, after the first event, while the generator is silent.

    The passages have come, so nothing may be asked again: the stream ends with `backend_lost`,
    and the next question is answered by the backend that comes back.
    """
    urls = {"GEMINI_EMBED_URL": gemini.embed_url, "GEMINI_CHAT_URL": gemini.chat_url}
    system = own_system(GEMINI_API_KEY=gemini.key, **urls)
    for master in (False, True):
        events, last = _events_until_the_death(system, gemini, master=master)
        assert events == ["citations", "error"]
        assert last["code"] == "backend_lost"
    gemini.release()
    # A call that the dead backend had begun may end in the first of these answers' stead.
    answer = eventually(lambda: system.ask(QUESTIONS[0]), what="it comes back")
    assert answer["generator"].startswith("gemini:")


def _events_until_the_death(system, gemini, *, master):
    """The names of a stream's events, and the data of the last one."""
    slot = system.status()["active"]["slot"]
    gemini.stall(times=2)  # the question's embedding (words alone stand in), and the answer
    accept = {"Accept": "text/event-stream"}
    events = []
    question = {"question": QUESTIONS[0]}
    with system.http.stream("POST", "/api/ask", json=question, headers=accept) as answer:
        for line in answer.iter_lines():
            events += [line.removeprefix("event: ")] if line.startswith("event: ") else []
            if line.startswith("data: ") and events == ["citations"]:
                leader = psutil.Process(system.leaders()[f"backend-{slot}"])
                victim = leader if master else leader.children()[0]
                os.kill(victim.pid, signal.SIGKILL)
            if line.startswith("data: "):
                last = json.loads(line.removeprefix("data: "))
    return events, last
