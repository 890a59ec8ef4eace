"""Real small processes under the real supervisor, run as a program of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ragsite.leftovers import end_leftovers
from tests.polling import eventually
from tests.system import PROJECT

SCRIPT = """
import sys
from pathlib import Path
from ragsite.supervisor import Program, Supervisor
record, programs = Path(sys.argv[1]), sys.argv[2:]
Supervisor(record, stop_seconds=1).run([
    Program(name, [sys.executable, "-c", code], last=name == "broker")
    for name, code in (p.split("=", 1) for p in programs)
])
"""
COMMAND = """
import sys
from pathlib import Path
from ragsite import supervisor
supervisor.LONGEST_PAUSE_SECONDS = 0.1
supervisor.Supervisor(Path(sys.argv[1])).run([
    supervisor.Program("web", [sys.executable, "-c", sys.argv[2]]),
    supervisor.Program("late", [sys.argv[3], "-c", sys.argv[2]]),
])
"""
FULL = Path("/dev/full")
FOREVER = "import signal; print('up', flush=True); signal.pause()"
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
while True:
    signal.pause()
"""
PARENT = (
    "import subprocess, sys, signal; "
    "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); "
    "print('up', flush=True); signal.pause()"
)


class Running:
    def __init__(self, folder: Path, *programs: str, script: str = SCRIPT, up: int = 0) -> None:
        self.record = folder / "processes.json"
        self.output = folder / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", script, str(self.record), *programs],
                cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        up = up or len(programs)
        eventually(lambda: self.text().count("| up") >= up, what="all are up")

    def text(self) -> str:
        return self.output.read_text()

    def pids(self) -> dict[str, int]:
        return {row["name"]: row["pid"] for row in json.loads(self.record.read_text())}


def _gone(process: psutil.Process) -> bool:
    """Ended; a zombie has, and only waits for whoever adopted it."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def run(tmp_path):
    started: list[Running] = []

    def start(*programs: str, **options) -> Running:
        started.append(Running(tmp_path, *programs, **options))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.wait()
        end_leftovers(each.record)


def test_it_prefixes_each_line_with_the_name(run):
    system = run(f"web={FOREVER}", f"worker={FOREVER}")
    assert "web    | up" in system.text()
    assert "worker | up" in system.text()


def test_it_restarts_what_dies_and_says_so(run):
    system = run(f"web={FOREVER}")
    first = system.pids()["web"]
    os.kill(first, signal.SIGKILL)
    eventually(lambda: system.text().count("| up") == 2)
    assert system.pids()["web"] != first
    assert "web was ended by SIGKILL; starting it" in system.text()


def test_it_ends_the_orphans_of_a_dead_leader_before_it_starts_it_again(run):
    system = run(f"web={PARENT}")
    leader = system.pids()["web"]
    (orphan,) = eventually(lambda: psutil.Process(leader).children())
    os.kill(leader, signal.SIGKILL)
    eventually(lambda: system.text().count("| up") == 2)
    eventually(lambda: _gone(orphan))


def test_sigterm_ends_all_of_them_even_the_deaf(run):
    system = run(f"web={DEAF}", f"broker={FOREVER}")
    pids = list(system.pids().values())
    system.process.send_signal(signal.SIGTERM)
    assert system.process.wait(15) == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not system.record.exists()


def test_what_a_killed_supervisor_left_is_ended_by_the_next(run):
    system = run(f"web={PARENT}", f"worker={FOREVER}")
    leader = psutil.Process(system.pids()["web"])
    left = [leader, *leader.children(), psutil.Process(system.pids()["worker"])]
    system.process.kill()
    system.process.wait()
    assert all(each.is_running() for each in left)
    assert sorted(end_leftovers(system.record)) == ["web", "worker"]
    eventually(lambda: all(_gone(each) for each in left))


def test_so_is_what_it_started_and_had_no_time_to_record(run):
    system = run(f"web={PARENT}", f"worker={FOREVER}")
    leader = psutil.Process(system.pids()["web"])
    left = [leader, *leader.children(), psutil.Process(system.pids()["worker"])]
    system.process.kill()
    system.process.wait()
    system.record.unlink()
    assert end_leftovers(system.record.with_name("another.json")) == []
    assert all(each.is_running() for each in left)
    assert sorted(end_leftovers(system.record)) == ["web", "worker"]
    eventually(lambda: all(_gone(each) for each in left))


def test_what_cannot_be_started_is_tried_again_and_ends_nothing(run, tmp_path):
    late = tmp_path / "late"
    system = run(FOREVER, str(late), script=COMMAND, up=1)
    eventually(lambda: system.text().count("late cannot be started (") >= 2)
    assert system.text().count("web  | up") == 1
    late.symlink_to(sys.executable)
    eventually(lambda: "late | up" in system.text())
    system.process.send_signal(signal.SIGTERM)
    assert system.process.wait(15) == 0


def test_a_record_that_cannot_be_written_is_told_and_ends_nothing(run, tmp_path):
    in_the_way = tmp_path / "processes.tmp"
    in_the_way.mkdir()
    system = run(f"web={FOREVER}")
    assert "What runs cannot be recorded (" in system.text()
    in_the_way.rmdir()
    (web,) = psutil.Process(system.process.pid).children()
    web.kill()
    eventually(lambda: system.text().count("| up") == 2)
    assert system.pids()["web"] != web.pid


@pytest.mark.skipif(not FULL.exists(), reason="Linux has a disk that is always full.")
def test_a_log_on_a_full_disk_ends_nothing(tmp_path):
    record = tmp_path / "processes.json"
    with FULL.open("wb") as full:
        system = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(record), f"web={FOREVER}"],
            cwd=PROJECT, stdout=full, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        first = eventually(lambda: record.exists() and json.loads(record.read_text())[0]["pid"])
        os.kill(first, signal.SIGKILL)
        eventually(lambda: json.loads(record.read_text())[0]["pid"] != first)
    finally:
        system.kill()
        system.wait()
        end_leftovers(record)


def test_a_record_that_names_a_strangers_process_ends_nothing(tmp_path):
    stranger = subprocess.Popen([sys.executable, "-c", FOREVER], start_new_session=True,
                                stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        record = tmp_path / "processes.json"
        record.write_text(json.dumps([{"name": "web", "pid": stranger.pid, "created": 1.0}]))
        assert end_leftovers(record) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
