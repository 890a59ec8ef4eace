"""S1, S2 and S6: what people who ask may count on while versions come and go."""

import json
import threading
from collections import defaultdict

from tests.load import Load
from tests.polling import eventually
from tests.promises.conftest import QUESTIONS


def _edit(system, path, text):
    system.write(path, text)
    system.in_sync()


def test_no_request_is_lost(system):
    """S1. Under constant load, 50 switches: edits from the folder, rollbacks, resumes, by hand."""
    first = system.status()["active"]["epoch"]
    with Load(system.url, QUESTIONS) as load:
        for turn in range(7):
            _edit(system, "ops/s1.md", f"# Turn\n\nThe turn of the tide is number {turn}.\n")
            assert system.control("POST", "/api/rollback", json={"reason": "drill"}).is_success
            assert system.control("POST", "/api/resume").is_success
            system.in_sync()
        for _ in range(30):
            slot = "v1" if system.status()["active"]["slot"] == "v2" else "v2"
            assert system.control("POST", f"/activate?version={slot}").is_success
        assert system.control("POST", "/api/resume").is_success
    assert load.failures == [], load.summary()
    assert system.status()["active"]["epoch"] - first >= 50
    assert len(load.answers) > 100, load.summary()
    print("S1:", load.summary())


def test_an_answer_is_of_one_version(system):
    """S2. Two sections of one document name its generation; no answer may mix two of them.

    The readers ask throughout, so that answers fall on both sides of each switch and on it.
    """
    question = "Which generation is the lighthouse of?"
    text = (
        "# Lighthouse\n\n## North\n\nThe lighthouse north is of generation GEN{0}.\n\n"
        "## South\n\nThe lighthouse south is of generation GEN{0}.\n"
    )
    _edit(system, "ops/lighthouse.md", text.format(100))
    with Load(system.url, [question]) as load:
        for generation in range(101, 111):
            _edit(system, "ops/lighthouse.md", text.format(generation))
    assert load.failures == [], load.summary()
    generations = defaultdict(set)
    slots = {row["version"]: row["slot"] for row in reversed(system.activations())}
    for answer in load.answers:
        body = answer.body
        assert (body["version"], body["slot"]) == (answer.version, answer.slot)
        assert slots[answer.version] == answer.slot
        words = json.dumps(body)
        generations[answer.version] |= {g for g in range(100, 111) if f"GEN{g}" in words}
    assert len(generations) >= 10
    assert all(len(found) == 1 for found in generations.values()), generations


def test_pointer_always_valid(system):
    """S6. A reader polls the pointer files through 1,000 switches between the two slots."""
    _edit(system, "ops/s6.md", "# Pointer\n\nThe pointer points.\n")
    active = system.data / "active_version"
    pointer = system.data / "active.json"
    stop, wrong, reads = threading.Event(), [], 0

    def read():
        nonlocal reads
        while not stop.wait(0.0005):  # a core is left to those who switch
            reads += 1
            slot, now = active.read_bytes(), json.loads(pointer.read_bytes())
            held = (system.data / "indices" / now["slot"]).readlink().name
            if slot not in (b"v1\n", b"v2\n"):
                wrong.append(slot)
            if held != f"{now['version']:06d}":
                wrong.append((held, now))

    def guarded():
        try:
            read()
        except (OSError, ValueError, KeyError) as error:
            wrong.append(error)

    reader = threading.Thread(target=guarded)
    reader.start()
    first = system.status()["active"]["epoch"]
    for _ in range(500):
        for slot in ("v1", "v2"):
            response = system.control("POST", f"/activate?version={slot}")
            assert response.status_code == 200, response.text
    stop.set()
    reader.join()
    assert wrong == []
    assert reads > 1000
    assert system.status()["active"]["epoch"] - first >= 999
    eventually(lambda: system.health()["status"] == "ok")
    print("S6:", reads, "reads")
