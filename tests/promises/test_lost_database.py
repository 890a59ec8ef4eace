"""V8, V9: a rollback holds, and no epoch returns, though database and pointer were deleted."""

import pytest

from tests.polling import eventually

FERRY = "# Ferry\n\nThe ferry to Hoedic leaves at {}.\n"
QUESTION = "When does the ferry to Hoedic leave?"


@pytest.mark.parametrize(
    "lost", [["db.sqlite3*"], ["db.sqlite3*", "active.json", "active_version"]]
)
def test_a_rollback_holds_without_the_database(own_system, lost):
    system = own_system()
    for time in ("07:40", "08:55"):
        system.write("ops/ferry.md", FERRY.format(time))
        system.answers(QUESTION, time)
    system.in_sync()
    back = system.control("POST", "/api/rollback", json={"reason": "bad edit"}).json()
    held = system.status()["held"]
    assert system.stop() == 0
    for path in [path for pattern in lost for path in system.data.glob(pattern)]:
        path.unlink()
    system.start()
    eventually(lambda: system.status()["waiting"], within=60, what="a version waits")
    status = system.status()
    assert (status["active"]["version"], status["held"]) == (back["version"], held)
    assert status["active"]["epoch"] > back["epoch"]
    assert "07:40" in system.ask(QUESTION)["answer"]
    assert system.control("POST", "/api/resume").status_code == 200
    system.answers(QUESTION, "08:55")
