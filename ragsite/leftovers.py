"""Ends what an earlier supervisor that was killed left behind.

A process is found by the record of what was started, and by a mark in its environment: whoever is
killed between starting a process and recording it leaves one that no record names, on our ports.
"""

import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

BY, AS = "SUPERVISED_BY", "SUPERVISED_AS"


def mark(record: Path, name: str) -> dict[str, str]:
    """What the environment of a process says, and that of all that it starts."""
    return {BY: str(record.absolute()), AS: name}


def end_leftovers(record: Path) -> list[str]:
    """Ends them, with the groups that they lead; returns the names of those that there were."""
    rows = _recorded(record)
    found: dict[str, list[psutil.Process]] = {}
    for process in psutil.process_iter():
        if process.pid != os.getpid() and (name := _name(process, rows, record)):
            found.setdefault(name, []).append(process)
    everything = [process for processes in found.values() for process in processes]
    for process in everything:
        _kill(process.pid)
    _await_end(everything)
    record.unlink(missing_ok=True)
    return list(found)


def _recorded(record: Path) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = json.loads(record.read_text())
    except (FileNotFoundError, ValueError):
        return []
    return rows


def _name(process: psutil.Process, rows: list[dict[str, Any]], record: Path) -> str | None:
    try:
        for row in rows:
            if _belongs(process, row["pid"], row["created"]):
                return str(row["name"])
        if process.uids().real != os.getuid():
            return None
        said = process.environ()
    except (psutil.Error, OSError):
        return None
    return said.get(AS) if said.get(BY) == str(record.absolute()) else None


def _belongs(process: psutil.Process, leader: int, created: float) -> bool:
    """A group outlives its leader, so the leader's start time alone doesn't tell whether the group
    is still ours: every process in the session that the leader opened is."""
    if process.pid == leader:
        return bool(abs(process.create_time() - created) < 1)
    return os.getsid(process.pid) == leader and process.create_time() >= created - 1


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _await_end(processes: Sequence[psutil.Process], seconds: float = 5.0) -> None:
    """A zombie has ended and closed its files; whoever adopted it may take its time to reap it."""
    deadline = time.monotonic() + seconds
    while any(map(_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
