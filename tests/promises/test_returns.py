"""V7: any kept version returns, and answers exactly as it did when it was live."""

import json
import random
import sqlite3
from contextlib import closing

from tests.polling import eventually

QUESTIONS = [
    "When does the lighthouse of Sorel turn on?",
    "What is the rollback code for project Zephyr?",
    "Quand change l'astreinte ?",
]
LIGHTHOUSE = "# Lighthouse\n\nThe lighthouse of Sorel turns on at {0}.\n"
TIMES = ["18:10", "18:40", "19:20", "20:05", "20:30", "21:15"]


def said(system) -> list[str]:
    """Every answer and search result, to the last bit of each score; the slot alone may differ."""

    def told(ask):
        told = eventually(lambda: (found := ask())["retrieval"] == "hybrid" and found)
        return json.dumps({name: told[name] for name in told if name != "slot"})

    return [
        *(told(lambda question=question: system.ask(question)) for question in QUESTIONS),
        *(told(lambda question=question: system.search(question, k=50)) for question in QUESTIONS),
    ]


def embedded(system) -> int:
    """How many texts were ever embedded."""
    with closing(sqlite3.connect(system.data / "indices" / "embeddings.sqlite3")) as cache:
        return cache.execute("SELECT count(*) FROM embeddings").fetchone()[0]


def edits(system):
    """Each makes a version: a text is written, changed, moved, deleted, and written again."""
    for time in TIMES:
        system.write("ops/v7.md", LIGHTHOUSE.format(time))
        yield time
    (system.knowledge / "ops/v7.md").rename(system.knowledge / "ops/v7-moved.md")
    yield "moved"
    (system.knowledge / "ops/v7-moved.md").unlink()
    yield "deleted"
    system.write("ops/v7.md", LIGHTHOUSE.format("22:50"))
    yield "22:50"


def test_any_kept_version_returns(system):
    """Each version is recorded while it is live; then all return, in no order, and some twice."""
    recorded = {system.in_sync()["active"]["version"]: said(system)}
    for _ in edits(system):
        eventually(lambda: system.status()["active"]["version"] not in recorded)
        number = system.in_sync()["active"]["version"]
        recorded[number] = said(system)
    assert len(set(map(tuple, recorded.values()))) == len(recorded) == len(TIMES) + 4
    built, texts = len(system.versions()), embedded(system)
    newest = max(recorded)
    for number in random.Random(7).sample(sorted(recorded), len(recorded)) + [min(recorded)]:
        switched = system.control(
            "POST", f"/api/versions/{number}/activate", json={"reason": "drill"}
        )
        assert switched.status_code == 200, switched.text
        assert said(system) == recorded[number]
    assert system.control("POST", "/api/resume").status_code == 200
    assert system.in_sync()["active"]["version"] == newest
    back = system.control("POST", "/api/rollback", json={"reason": "drill"})
    assert back.status_code == 200, back.text
    assert said(system) == recorded[back.json()["version"]]
    assert (len(system.versions()), embedded(system)) == (built, texts)
    assert system.control("POST", "/api/resume").status_code == 200
    assert system.in_sync()["active"]["version"] == newest


def test_any_kept_version_can_be_asked_meanwhile(system):
    """Time travel: the served version and the slots stay as they are; without the key it is 401."""
    system.write("ops/ferry.md", "# Ferry\n\nThe ferry to Skye leaves at 06:10.\n")
    earlier = system.in_sync()["active"]["version"]
    system.write("ops/ferry.md", "# Ferry\n\nThe ferry to Skye leaves at 07:45.\n")
    active = system.in_sync()["active"]
    question = {"question": "When does the ferry to Skye leave?", "version": earlier}
    told = system.control("POST", "/api/ask", json=question).json()
    assert (told["version"], "06:10" in told["answer"]) == (earlier, True), told
    stream = {"Authorization": f"Bearer {system.token}", "Accept": "text/event-stream"}
    events = system.http.post("/api/ask", json=question, headers=stream).text
    assert "event: done" in events
    assert "06:10" in events
    query = {"q": "ferry to Skye", "version": earlier}
    found = system.control("GET", "/api/search", params=query).json()
    assert (found["version"], "06:10" in found["results"][0]["text"]) == (earlier, True)
    source = system.http.get(f"/api/sources/ops/ferry.md?version={earlier}").json()
    assert "06:10" in source["body"]
    assert system.http.post("/api/ask", json=question).status_code == 401
    assert system.http.get("/api/search", params=query).status_code == 401
    assert "07:45" in system.ask(question["question"])["answer"]
    assert system.status()["active"] == active


def test_what_is_blamed_stays_away_and_all_else_flows_on(system):
    """Roll back and quarantine: nothing is held, and the release brings the edit back."""
    harbour, ferry = "Who is the pilot of Corbin?", "Where does the ferry of Corbin land?"
    system.write("ops/v7-pilot.md", "# Pilot\n\nThe pilot of Corbin is Odile Marchand.\n")
    system.answers(harbour, "Odile Marchand")
    good = system.in_sync()["active"]["version"]
    system.write("ops/v7-pilot.md", "# Pilot\n\nThe pilot of Corbin is Basile Renaud.\n")
    system.answers(harbour, "Basile Renaud")
    system.write("ops/v7-ferry.md", "# Ferry\n\nThe ferry of Corbin lands at quay four.\n")
    system.answers(ferry, "quay four")
    wish = {"reason": "wrong answer", "quarantine": ["ops/v7-pilot.md"]}
    back = system.control("POST", f"/api/versions/{good}/activate", json=wish)
    assert back.status_code == 200, back.text
    assert "Odile Marchand" in system.ask(harbour)["answer"]
    system.answers(ferry, "quay four")
    status = system.status()
    assert "Odile Marchand" in system.ask(harbour)["answer"]
    assert (status["held"], status["quarantined"]) == (None, ["ops/v7-pilot.md"])
    assert status["in_sync"] is False
    gone = system.control("DELETE", "/api/documents/ops/v7-pilot.md")
    assert gone.status_code == 204
    assert system.in_sync()["quarantined"] == []
    answer = system.ask(harbour)["answer"]
    assert "Odile" not in answer
    assert "Basile" not in answer
