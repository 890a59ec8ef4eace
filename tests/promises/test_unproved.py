"""V4: an unproved version is never served, by no door and in no race."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from retrieval import manifest
from retrieval.layout import Layout, other
from tests.polling import eventually
from tests.system import PASSWORD, System

QUAY = "# Quay\n\nThe quay of Norrland opens at {}.\n"
QUESTION = "When does the quay of Norrland open?"
NOTES = [f"notes/{number:02}.md" for number in range(24)]


@contextmanager
def probe(system: System, **demands: str) -> Iterator[None]:
    """An editor's blocking probe on QUESTION, made and taken away in admin."""
    with httpx.Client(base_url=system.url, timeout=30) as admin:

        def sent(path: str, **fields: str) -> httpx.Response:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', admin.get(path).text)
            assert token is not None, path
            answer = admin.post(path, data={"csrfmiddlewaretoken": token[1], **fields})
            assert answer.status_code == 302, answer.text
            return answer

        sent("/admin/login/?next=/admin/", username="admin", password=PASSWORD)
        made = {"question": QUESTION, "severity": "blocking", "enabled": "on", **demands}
        sent("/admin/builder/probe/add/", _continue="1", **made)
        page = admin.get("/admin/builder/probe/").text
        found = re.search(r"/admin/builder/probe/(\d+)/change/", page)
        assert found is not None
        try:
            yield
        finally:
            sent(f"/admin/builder/probe/{found[1]}/delete/", post="yes")


def newest(system: System, state: str) -> dict:
    """Waits until the newest version is in this state."""

    def is_so() -> dict:
        version = system.control("GET", "/api/versions").json()["results"][0]
        assert version["state"] == state, version
        return version

    return eventually(is_so, within=40, what=f"the newest version is {state}")


def refusal(system: System, number: int) -> str:
    """Why it is refused by number, with nothing changed by the asking."""
    before = system.status()["active"]
    answer = system.control("POST", f"/api/versions/{number}/activate", json={"reason": "try"})
    assert answer.status_code == 409, answer.text
    assert system.status()["active"] == before
    return answer.json()["detail"]


def test_an_unproved_version_is_never_served(system):
    """Failing a probe: what is served stays; without the probe the same text goes live."""
    system.write("ops/quay.md", QUAY.format("06:10"))
    system.answers(QUESTION, "06:10")
    system.in_sync()
    with probe(system, must_contain="06:10", must_cite="ops/*"):
        active = system.status()["active"]
        system.write("ops/quay.md", QUAY.format("23:59"))
        rejected = newest(system, "rejected")
        assert QUESTION in rejected["reason"]
        assert "it does not say 06:10" in rejected["reason"]
        assert "it does not say 06:10" in refusal(system, rejected["number"])
        slot = system.control("POST", f"/activate?version={other(active['slot'])}")
        assert slot.status_code == 409, slot.text
        assert system.status()["active"] == active
        assert "06:10" in system.ask(QUESTION)["answer"]
    system.answers(QUESTION, "23:59")
    system.in_sync()


def test_what_shrank_without_a_person_is_not_served(system):
    """Small losses that the folder's sync lets through pile up under a hold."""
    for path in NOTES:
        system.write(path, f"# {path}\n\nThe colour of {path} is shade{path[6:8]}.\n")
    system.in_sync()
    system.write("ops/shrink.md", "# Shrink\n\nNothing of note.\n")
    system.in_sync()
    assert system.control("POST", "/api/rollback", json={"reason": "bad edit"}).status_code == 200
    active = system.status()["active"]
    for start in range(0, len(NOTES), 8):
        before = system.status()["knowledge"]["documents"]
        for path in NOTES[start : start + 8]:
            system.remove(path)
        eventually(lambda held=before - 8: system.status()["knowledge"]["documents"] == held)
    rejected = eventually(lambda: shrunk_by(system, len(NOTES)), within=40)
    assert NOTES[0] in rejected["reason"]
    assert "without a person's act" in refusal(system, rejected["number"])
    assert system.control("POST", "/api/resume").status_code == 200
    assert "shade07" in system.search("colour of notes/07.md shade07")["results"][0]["text"]
    assert system.status()["active"] == active
    for path in NOTES:
        system.write(path, f"# {path}\n\nThe colour of {path} is shade{path[6:8]}.\n")
    system.in_sync()


def shrunk_by(system: System, count: int) -> dict | None:
    version = system.control("GET", "/api/versions").json()["results"][0]
    found = version["state"] == "rejected" and f"{count} of " in version["reason"]
    return version if found else None


def test_a_damaged_version_does_not_return(system):
    """A part of a kept version is cut short, and its backend comes back without it in memory."""
    numbers = []
    for turn in range(3):
        system.write("ops/damage.md", f"# Damage\n\nThe damaged pier has number {turn}.\n")
        numbers.append(system.in_sync()["active"]["version"])
    layout = Layout(system.data / "indices")
    parts = {n: {ref.rows for ref in manifest.read(layout, n).segments} for n in numbers}
    own = (parts[numbers[0]] - parts[numbers[1]] - parts[numbers[2]]).pop()
    rows = next(layout.segment(own).glob("rows*"))
    whole = rows.read_bytes()
    active = system.status()["active"]
    replace(rows, whole[: len(whole) // 2])  # never in place: others may have it mapped
    try:
        os.killpg(system.leaders()[f"backend-{other(active['slot'])}"], signal.SIGKILL)
        assert rows.name in refusal(system, numbers[0])
        assert "number 2" in system.ask("Which number has the damaged pier?")["answer"]
    finally:
        replace(rows, whole)
    system.in_sync()


def replace(path: Path, data: bytes) -> None:
    temporary = path.with_name("being-replaced")
    temporary.write_bytes(data)
    temporary.chmod(0o444)
    temporary.replace(path)


def test_no_race_serves_what_is_being_checked(system):
    """The gate is at work: the idle backend is stopped, so it can't end, and its slot holds the
    candidate already. Whoever wants that slot, or that version, now is refused."""
    active = system.in_sync()["active"]
    idle = other(active["slot"])
    layout = Layout(system.data / "indices")
    leader = system.leaders()[f"backend-{idle}"]
    os.killpg(leader, signal.SIGSTOP)
    try:
        system.write("ops/race.md", "# Race\n\nThe regatta of Norrland has nine boats.\n")
        candidate = newest(system, "verifying")["number"]
        eventually(lambda: layout.slot_version(idle) == candidate)
        answer = system.control("POST", f"/activate?version={idle}")
        assert answer.status_code == 409, answer.text
        assert f"#{candidate} is still being checked" in answer.json()["detail"]
        assert "still being checked" in refusal(system, candidate)
        assert system.ask(QUESTION)["version"] == active["version"]
    finally:
        os.killpg(leader, signal.SIGCONT)
    system.answers("How many boats has the regatta of Norrland?", "nine boats")
    system.in_sync()
