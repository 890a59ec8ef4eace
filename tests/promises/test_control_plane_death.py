"""S5: who asks does not notice that only the router, the backends and their files are left."""

import os
import re
import signal
import time
from contextlib import contextmanager

import httpx

from tests.load import Load
from tests.polling import eventually
from tests.promises.conftest import QUESTIONS

DEAD = ("worker", "watcher", "broker")
SECONDS = 3.0


@contextmanager
def left_alone(system):
    """The database is gone; worker, watcher and broker are dead, and stay so: the supervisor that
    would restart them is stopped. All return at the end."""
    kept = system.data / "away"
    kept.mkdir()
    os.kill(system.up.pid, signal.SIGSTOP)
    try:
        for name in DEAD:
            os.killpg(system.leaders()[name], signal.SIGKILL)
        for file in system.data.glob("db.sqlite3*"):
            file.rename(kept / file.name)
        yield
    finally:
        for file in kept.iterdir():
            file.rename(system.data / file.name)
        os.kill(system.up.pid, signal.SIGCONT)


def _browse(http: httpx.Client) -> None:
    """All that a person's browser and a program ask for, once."""
    page = http.get("/")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(files) >= 2, page.text
    for path in ["/", "/health", "/metrics", "/api/suggestions", "/api/sources/ops/zephyr.md",
                 "/api/sources/ops/zephyr.md?version=1", *files]:  # fmt: skip
        answer = http.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
    stream = http.post(
        "/api/ask", json={"question": QUESTIONS[0]}, headers={"Accept": "text/event-stream"}
    )
    assert "event: done" in stream.text
    assert "ORION-7" in stream.text


def test_control_plane_death_is_unseen(own_system):
    """S5. For some seconds of load; then all return, and an edit made meanwhile is served.

    That no database comes into being shows that nothing even tried to open one. The edit's event
    is lost with the watcher: the look at the folder finds it.
    """
    system = own_system()
    with left_alone(system):
        system.write("ops/s5.md", "# Kiln\n\nThe kiln of Harrow is fired on Tuesdays.\n")
        with Load(system.url, QUESTIONS) as load:
            began, rounds = time.monotonic(), 0
            while time.monotonic() - began < SECONDS or rounds < 3:
                _browse(system.http)
                rounds += 1
            eventually(lambda: len(load.answers) > 50, within=30)
        assert load.failures == [], (load.summary(), load.failures[:3])
        assert not (system.data / "db.sqlite3").exists()
        assert system.ask("When is the kiln of Harrow fired?")["answered"] is False
    system.answers("When is the kiln of Harrow fired?", "Tuesdays", within=60)
    print("S5:", load.summary(), f"and {rounds} rounds of pages, files and streams")
