"""The processes that `up` runs on this machine, as it records them, and kill -9 of one of them."""

import json
import os
import signal
from pathlib import Path

import psutil


class Processes:
    def __init__(self, run_dir: Path) -> None:
        self._record = run_dir / "processes.json"

    @property
    def are_here(self) -> bool:
        """Whether `up` runs here; another supervisor's processes are not ours to kill."""
        return bool(self._leaders())

    def names(self) -> list[str]:
        return sorted(self._leaders())

    def group(self, name: str) -> set[int]:
        """The leader of a program and its children; empty while it is being restarted."""
        pid = self._leaders().get(name)
        if pid is None:
            return set()
        try:
            leader = psutil.Process(pid)
            living = [p for p in (leader, *leader.children()) if p.status() != psutil.STATUS_ZOMBIE]
        except psutil.Error:
            return set()
        return {process.pid for process in living}

    def kill(self, name: str, *, leader: bool) -> set[int]:
        """kill -9 of its leader, or of one child; the group as it was before."""
        before = self.group(name)
        children = sorted(before - {self._leaders()[name]})
        victim = self._leaders()[name] if leader or not children else children[0]
        os.kill(victim, signal.SIGKILL)
        return before

    def is_back(self, name: str, before: set[int]) -> bool:
        """As many processes as before, not all of them the same."""
        now = self.group(name)
        return len(now) >= len(before) and now != before

    def _leaders(self) -> dict[str, int]:
        try:
            rows = json.loads(self._record.read_text())
        except (OSError, ValueError):
            return {}
        return {row["name"]: row["pid"] for row in rows}
