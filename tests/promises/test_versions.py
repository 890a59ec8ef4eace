"""V1, V2, V8 and V9: what editors and operators may count on."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.polling import eventually


def _edits_served(system) -> int:
    """How many edits have had their way to the served version measured."""
    text = system.http.get("/metrics").text
    return int(
        sum(float(n) for n in re.findall(r"^kb_edit_to_served_seconds_count\S* (\S+)", text, re.M))
    )


def test_an_edit_is_live(system):
    """V1. From either door, with nothing else done; its age is in the metrics."""
    before = _edits_served(system)
    system.write("ops/v1.md", "# Harbour\n\nThe harbour master of pier nine is Amelie Brunet.\n")
    answer = system.answers("Who is the harbour master of pier nine?", "Amelie Brunet")
    assert answer["citations"][0]["document"] == "ops/v1.md"
    body = "# Harbour\n\nThe harbour master of pier nine is Rafael Ortega.\n"
    assert system.control("PUT", "/api/documents/ops/v1.md", json={"body": body}).status_code == 200
    answer = system.answers("Who is the harbour master of pier nine?", "Rafael Ortega")
    assert answer["citations"][0]["revision"] == 2
    system.in_sync()
    assert (system.knowledge / "ops/v1.md").read_text() == body
    eventually(lambda: _edits_served(system) >= before + 2)


def test_deleted_is_gone(system):
    """V2. No question, search, citation or source reaches it, and the version's report says so."""
    system.write("ops/secret.md", "# Vault\n\nThe vault of Kestrel opens with PASSPHRASE-991.\n")
    question = "What opens the vault of Kestrel?"
    system.answers(question, "PASSPHRASE-991")
    system.in_sync()
    system.remove("ops/secret.md")
    status = system.in_sync()
    assert system.ask(question)["answered"] is False
    found = system.search("vault of Kestrel PASSPHRASE-991", k=50)["results"]
    assert "ops/secret.md" not in {hit["document"] for hit in found}
    assert system.http.get("/api/sources/ops/secret.md").status_code == 404
    report = system.control("GET", f"/api/versions/{status['active']['version']}").json()["gate"]
    deletion = next(check for check in report["checks"] if "deletion" in check["name"])
    assert deletion["passed"] is True
    assert deletion["measured"] >= 1


def test_a_rollback_holds(system):
    """V8. After a rollback an edit builds and waits; only resume brings it to the traffic."""
    system.write("ops/v8.md", "# Ferry\n\nThe ferry to Brant leaves at 07:40.\n")
    question = "When does the ferry to Brant leave?"
    system.answers(question, "07:40")
    system.write("ops/v8.md", "# Ferry\n\nThe ferry to Brant leaves at 08:55.\n")
    system.answers(question, "08:55")
    system.in_sync()
    back = system.control("POST", "/api/rollback", json={"reason": "bad edit"})
    assert back.status_code == 200, back.text
    assert "07:40" in system.ask(question)["answer"]
    held = system.status()["held"]
    assert held["reason"] == "bad edit"

    system.write("ops/v8-more.md", "# Tides\n\nThe tide gauge of Brant is serviced in March.\n")
    waiting = eventually(lambda: system.status()["waiting"], within=30, what="a version waits")
    status = system.status()
    assert status["active"]["version"] == back.json()["version"]
    assert "07:40" in system.ask(question)["answer"]
    assert waiting

    assert system.control("POST", "/api/resume").status_code == 200
    system.answers(question, "08:55")
    system.answers("When is the tide gauge of Brant serviced?", "March")
    assert system.in_sync()["held"] is None


def test_one_winner(system):
    """V9. Two people activate different versions at the same epoch, at once: one wins.

    Both requests leave from a barrier; the loser's must be a 409 that names the epoch.
    """
    for turn in range(3):
        system.write("ops/v9.md", f"# Nine\n\nThe ninth wave has number {turn}.\n")
        system.in_sync()
    kept = [v["number"] for v in system.versions() if v["state"] in ("retired", "active")][:3]
    assert len(kept) == 3
    barrier = threading.Barrier(2)

    def activate(number, epoch):
        barrier.wait()
        return system.control("POST", f"/api/versions/{number}/activate",
                              json={"reason": "race", "epoch": epoch})  # fmt: skip

    with ThreadPoolExecutor(2) as pool:
        for turn in range(10):
            active = system.status()["active"]
            others = [n for n in kept if n != active["version"]][:2]
            first, second = pool.map(activate, others, [active["epoch"]] * 2)
            assert sorted((first.status_code, second.status_code)) == [200, 409], (
                turn, first.text, second.text,
            )  # fmt: skip
            loser = first if first.status_code == 409 else second
            assert loser.json()["code"] == "epoch_conflict"
            assert sum(v["state"] == "active" for v in system.versions()) == 1
    epochs = [row["epoch"] for row in system.activations()]
    assert epochs == sorted(set(epochs), reverse=True)
