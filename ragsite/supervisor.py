"""Runs the system's processes in the foreground: starts, restarts, and ends them all.

Each child is the leader of a session of its own. A gunicorn master that is killed leaves workers
behind that hold its port, so a dead child's whole group is ended before it is started again. What
is running is recorded in a file, and marked, so that the next start ends what a killed supervisor
left (leftovers.py).
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ragsite.leftovers import end_leftovers, mark

STOP_SECONDS = 8.0
QUICK_DEATH_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Program:
    """What one process runs, begun `delay` seconds after the others.

    The `last` to be stopped are those that others need to stop well.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: tuple[int, ...] = ()
    delay: float = 0.0
    last: bool = False


@dataclass
class Child:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    quick_deaths: int = 0


class Supervisor:
    """Runs `programs` until it is told to stop. Output goes line by line to `write`."""

    def __init__(
        self,
        record: Path,
        write: Callable[[str], None] | None = None,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self.record = record
        self.stop_seconds = stop_seconds
        self.write = write or _print
        self.children: dict[str, Child] = {}
        self.events: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()
        self.due: list[tuple[float, Program]] = []

    def run(self, programs: Sequence[Program]) -> None:
        """Blocks until SIGINT, SIGTERM or SIGHUP, then ends everything."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.events.put(("stop", None)))
        end_leftovers(self.record)
        self.width = max(len(program.name) for program in programs)
        for program in programs:
            self._start_after(program.delay, program)
        try:
            self._watch()
        finally:
            self._stop_all()
            self.record.unlink(missing_ok=True)

    def _watch(self) -> None:
        while True:
            kind, what = self._next()
            if kind == "stop":
                self.write("Stopping.")
                return
            if kind == "died":
                self._bury(what)  # type: ignore[arg-type]
            elif kind == "start":
                self._start(what)  # type: ignore[arg-type]

    def _next(self) -> tuple[str, object]:
        """The next event; one of them is a start that is due. No thread waits for it: when a
        process cannot be started for lack of memory or of pids, neither can a thread."""
        if not self.due:
            return self.events.get()
        first = min(self.due, key=lambda each: each[0])
        try:
            return self.events.get(timeout=max(0.0, first[0] - time.monotonic()))
        except queue.Empty:
            self.due.remove(first)
            return "start", first[1]

    def _start(self, program: Program) -> None:
        """Trouble that passes (no memory, no pids) must not end those that run."""
        try:
            self._begin(program)
        except (OSError, RuntimeError) as error:  # the latter is what a thread's start raises
            pause = LONGEST_PAUSE_SECONDS
            self.write(f"{program.name} cannot be started ({error}); again in {pause:.1f} s.")
            self._start_after(pause, program)

    def _begin(self, program: Program) -> None:
        process = self._spawn(program)
        before = self.children.get(program.name)
        quick_deaths = before.quick_deaths if before else 0
        child = Child(program, process, time.monotonic(), quick_deaths)
        self.children[program.name] = child
        self._save_record()
        try:
            threading.Thread(target=self._pump, args=(child,), daemon=True).start()
            # Last: what it tells of is started again, and so is what raises here.
            threading.Thread(target=self._await_death, args=(child,), daemon=True).start()
        except RuntimeError:
            _kill_group(process.pid)
            process.wait()
            raise

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            program.command,
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                **program.environment,
                **mark(self.record, program.name),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=program.descriptors,
            start_new_session=True,
        )

    def _start_after(self, seconds: float, program: Program) -> None:
        self.due.append((time.monotonic() + seconds, program))

    def _pump(self, child: Child) -> None:
        assert child.process.stdout is not None
        prefix = f"{child.program.name:<{self.width}} | "
        for line in child.process.stdout:
            self.write(prefix + line.decode(errors="replace").rstrip("\n"))

    def _await_death(self, child: Child) -> None:
        child.process.wait()
        self.events.put(("died", child))

    def _bury(self, child: Child) -> None:
        _kill_group(child.process.pid)
        lived = time.monotonic() - child.started
        child.quick_deaths = child.quick_deaths + 1 if lived < QUICK_DEATH_SECONDS else 0
        pause = min(0.1 * 2**child.quick_deaths, LONGEST_PAUSE_SECONDS) if child.quick_deaths else 0
        again = "at once" if not pause else f"in {pause:.1f} s"
        self.write(f"{child.program.name} {_how(child.process.returncode)}; starting it {again}.")
        self._start_after(pause, child.program)

    def _stop_all(self) -> None:
        deadline = time.monotonic() + self.stop_seconds
        for last in (False, True):
            group = [child for child in self.children.values() if child.program.last is last]
            for child in group:
                _signal(child.process.pid, signal.SIGTERM)
            for child in group:
                _wait(child.process, deadline if not last else deadline + 2)
            for child in group:
                _kill_group(child.process.pid)
                child.process.wait()

    def _save_record(self) -> None:
        rows = [
            {"name": child.program.name, "pid": child.process.pid, "created": created}
            for child in self.children.values()
            if (created := _created(child.process.pid)) is not None
        ]
        temporary = self.record.with_suffix(".tmp")
        try:
            temporary.write_text(json.dumps(rows))
            temporary.replace(self.record)
        except OSError as error:  # without it, the next start finds leftovers by their mark
            self.write(f"What runs cannot be recorded ({error}).")


def _created(pid: int) -> float | None:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def _wait(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(timeout=max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with status {code}"


def _print(line: str) -> None:
    """A log that cannot be written (a full disk) must neither end the system nor block a child."""
    with contextlib.suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
