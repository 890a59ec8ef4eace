"""`manage.py drill`, as an operator runs it: it leaves things as they were, and tells the truth."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.polling import eventually
from tests.system import PROJECT


def drill(system, *options):
    return subprocess.run(
        [sys.executable, "manage.py", "drill", "--json", *options], cwd=PROJECT, timeout=120,
        env={**os.environ, **system.environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _questions(system) -> int:
    """How many questions of people are known: imported ones, and lines that are still to be."""
    files = (system.data / "questions").glob("*.jsonl")
    waiting = sum(file.read_bytes().count(b"\n") for file in files)
    with closing(sqlite3.connect(system.data / "db.sqlite3")) as database:
        return waiting + database.execute("select count(*) from questions_question").fetchone()[0]


def test_a_drill_on_a_system_that_is_well(system):
    """Builds, switches, rollbacks and the death of the backends: nobody saw a failure."""
    before, questions = system.status(), _questions(system)
    done = drill(system, "--seconds", "2", "--phases", "builds,rollbacks,backends")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["passed"], told["failures"], told["problems"]) == (True, [], [])
    rows = {row["phase"]: row for row in told["phases"]}
    assert list(rows) == ["builds", "rollbacks", "backends"]
    assert all(row["requests"] and row["failures"] == 0 for row in rows.values())
    assert all(row["streams"] == row["whole"] + row["told"] for row in rows.values())
    assert len(rows["builds"]["versions"]) >= 2
    after = system.status()
    assert after["knowledge"] == before["knowledge"]
    assert (after["held"], after["in_sync"]) == (None, True)
    assert not (system.knowledge / "manage-py-drill.md").exists()
    assert _questions(system) == questions, "a drill's questions are not people's"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_drill_that_is_stopped_puts_everything_back(system, number):
    """Stopped after a rollback of its own, while updates are held: the hold is lifted all the same.

    The interleaving is sure: its document is there, and the hold is seen, before the signal.
    """
    before = system.status()
    command = [sys.executable, "manage.py", "drill", "--phases", "builds,rollbacks",
               "--seconds", "60"]  # fmt: skip
    with subprocess.Popen(
        command, cwd=PROJECT, env={**os.environ, **system.environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as running:  # fmt: skip
        eventually(lambda: system.status()["held"], within=60)
        running.send_signal(number)
        said = running.communicate(timeout=60)[0]
    assert running.returncode == 1, said
    assert "The drill was stopped before its end." in said
    after = system.status()
    assert (after["knowledge"], after["held"]) == (before["knowledge"], None)
    assert after["in_sync"]
    assert not (system.knowledge / "manage-py-drill.md").exists()


def test_a_drill_where_a_backend_stays_dead_fails(system):
    """The supervisor is stopped, so that the idle backend stays dead: an edit cannot be served."""
    system.write("ops/before-the-drill.md", "# Heron\n\nThe heron waits.\n")
    system.in_sync()
    idle = "v2" if system.status()["active"]["slot"] == "v1" else "v1"
    os.kill(system.up.pid, signal.SIGSTOP)
    try:
        os.killpg(system.leaders()[f"backend-{idle}"], signal.SIGKILL)
        done = drill(system, "--phases", "builds", "--patience", "2")
    finally:
        os.kill(system.up.pid, signal.SIGCONT)
    assert done.returncode == 1, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["passed"] is False
    assert "builds: An edit is served: not within 2 s." in told["problems"][0]
    eventually(lambda: system.health()["status"] == "ok", within=30)
    eventually(lambda: system.in_sync()["building"] is None, within=30)


def test_a_system_that_is_held_is_not_drilled(system):
    rollback = {"reason": "bad edit"}  # a last activation of the drill before may still be first
    eventually(lambda: system.control("POST", "/api/rollback", json=rollback).is_success)
    done = drill(system)
    assert done.returncode == 2
    assert "control token stopped updates (bad edit). Resume them first." in done.stderr
    system.control("POST", "/api/resume")
    system.in_sync()
