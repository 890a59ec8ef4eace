"""V3, V8, S4: once a version was refused, the router has what it falls back on."""

import os
import signal

import pytest

from retrieval.layout import Layout, other
from routing import pointer
from tests.load import Load
from tests.polling import eventually
from tests.promises.conftest import QUESTIONS
from tests.promises.test_unproved import probe

TIDE = "# Tide\n\nThe tide gauge of Kervel is read at {}.\n"
RESTING = (
    "slot.fallback 1",
    "slot.assigned 1",
    "fallback.before",
    "pointer.json 1",
    "pointer.after 1",
)
QUESTION = "When is the tide gauge of Kervel read?"


@pytest.fixture
def manual(system):
    """Two versions were served; from now on a person decides."""
    for time in ("06:15", "07:30"):
        system.write("ops/tide.md", TIDE.format(time))
        system.answers(QUESTION, time)
    system.in_sync()
    _decide(system, "manual")
    yield system
    _decide(system, "auto")


def _decide(system, policy: str) -> None:
    answer = system.control("PUT", "/api/policy", json={"policy": policy, "reason": "drill"})
    assert answer.status_code == 200, answer.text


def test_a_refused_version_leaves_the_router_its_fallback(manual):
    """The active backend's whole group is killed meanwhile, and the way back is a pointer alone."""
    system, layout = manual, Layout(manual.data / "indices")
    before = pointer.read(system.data)
    system.write("ops/tide.md", TIDE.format("08:45"))
    waiting = eventually(lambda: system.status()["waiting"], within=30, what="a version waits")
    assert layout.slot_version(other(before.slot)) == waiting[0]
    path = f"/api/versions/{waiting[0]}/reject"
    assert system.control("POST", path, json={"reason": "drill"}).status_code == 200
    rested = eventually(lambda: (now := pointer.read(system.data)).fallback and now, within=30)
    assert rested == before
    with Load(system.url, QUESTIONS) as load:
        os.killpg(system.leaders()[f"backend-{rested.slot}"], signal.SIGKILL)
        eventually(lambda: system.health()["status"] == "ok", within=30)
    assert load.failures == [], (load.summary(), load.failures[:3])
    placed = layout.assignment(other(rested.slot))
    back = system.control("POST", "/api/rollback", json={"reason": "drill"})
    assert (back.status_code, back.json()["version"]) == (200, rested.fallback.version), back.text
    assert layout.assignment(other(rested.slot)) == placed, "no slot was given another version"
    assert "06:15" in system.ask(QUESTION)["answer"]
    assert system.control("POST", "/api/resume").status_code == 200


def test_a_death_while_the_slot_is_given_back_is_made_up_for(own_system, tmp_path):
    """V3. The worker kills itself at each write of it; the check of what is refused passed each
    before."""
    failpoint = tmp_path / "failpoint"
    system = own_system(FAILPOINT_FILE=str(failpoint))
    for time in ("06:15", "07:30"):
        system.write("ops/tide.md", TIDE.format(time))
        system.answers(QUESTION, time)
    system.in_sync()
    rested = eventually(lambda: (now := pointer.read(system.data)).fallback and now, within=30)
    with probe(system, must_contain="what no document says"):
        for minute, name in enumerate(RESTING, start=1):
            failpoint.write_text(name)
            system.write("ops/tide.md", TIDE.format(f"09:0{minute}"))
            eventually(lambda: not failpoint.exists(), within=60, what=f"a death at {name}")
            eventually(lambda: system.versions()[0]["state"] == "rejected", within=60)
            eventually(lambda: pointer.read(system.data) == rested, within=60, what="its fallback")
    assert "07:30" in system.ask(QUESTION)["answer"]
