"""`manage.py up` from the outside: how it starts, ends, and comes back after the worst."""

import os
import signal
import stat
import subprocess
import sys

import psutil
import pytest

from ragsite.broker import socket_path
from tests.polling import eventually
from tests.system import PROJECT, System

pytestmark = pytest.mark.system

DOCUMENT = "# Heron\n\nThe heron's nest is in bay 14.\n"
QUESTION = "Where is the heron's nest?"


@pytest.fixture
def system(tmp_path):
    # Over the 107 bytes that a socket's path may have: the broker must find a shorter place.
    started = System(tmp_path / ("a-long-name-" * 10) / "data")
    started.write("heron.md", DOCUMENT)
    yield started
    started.http.close()
    if started.up is not None and started.up.poll() is None:
        started.stop()


def _processes(system) -> list[psutil.Process]:
    assert system.up is not None
    return psutil.Process(system.up.pid).children(recursive=True)


def _running(processes) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_it_ends_everything_on_sigterm_and_on_ctrl_c_and_starts_again(system):
    """And a password that it generated is printed once, and kept privately."""
    del system.environment["ADMIN_PASSWORD"]
    system.start().answers(QUESTION, "bay 14")
    system.in_sync()
    processes = _processes(system)
    assert len(processes) >= 8
    assert system.stop(within=15) == 0
    assert _running(processes) == []
    left = {path.name for path in system.data.rglob("*") if ".tmp" in path.name}
    assert left == set()
    assert not socket_path(system.data / "run").parent.exists(), "of a long DATA_DIR"
    version = system.start().ask(QUESTION)["version"]
    assert version == 1, "an unchanged knowledge base is not built again"
    secrets = system.data / "secrets"
    assert system.logged().count((secrets / "admin_password").read_text().strip()) == 1
    for name in ("admin_password", "control_token", "secret_key"):
        assert stat.S_IMODE((secrets / name).stat().st_mode) == 0o600

    again = _processes(system)
    os.killpg(system.up.pid, signal.SIGINT)  # as Ctrl-C in a terminal
    assert system.up.wait(15) == 0
    assert _running(again) == []


def test_it_comes_back_after_kill_9_of_everything_and_of_the_supervisor_alone(system):
    """What a killed supervisor left is ended by the next one."""
    system.start().answers(QUESTION, "bay 14")
    system.kill_everything()
    system.write("heron.md", DOCUMENT.replace("14", "15"))
    system.start().answers(QUESTION, "bay 15")
    system.in_sync()
    left = _processes(system)
    os.kill(system.up.pid, signal.SIGKILL)
    system.up.wait()
    assert _running(left) != []
    before = len(system.logged())
    system.start()  # what is left answers for the first moments
    eventually(lambda: "which an earlier run had left" in system.logged()[before:], within=30)
    eventually(lambda: not _running(left), within=30)
    system.answers(QUESTION, "bay 15")  # the port is free for a moment between the two


def test_each_process_that_dies_is_restarted_and_a_second_system_is_refused(system):
    system.start().answers(QUESTION, "bay 14")
    _a_second_one_on_the_same_folder_is_refused(system)
    before = system.leaders()
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not set(before.values()) & set(system.leaders().values()), within=30)
    system.write("heron.md", DOCUMENT.replace("14", "16"))
    system.answers(QUESTION, "bay 16", within=60)


def _a_second_one_on_the_same_folder_is_refused(system):
    second = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=PROJECT, capture_output=True, text=True,
        env={**os.environ, **system.environment}, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode != 0
    assert "is running on" in second.stderr
    assert _running(_processes(system)) != []
