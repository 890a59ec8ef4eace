"""What is done to the system while users ask: each phase goes on for its share of the time."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from builder.drill.load import ANSWERS_ALONE, Expected
from builder.drill.processes import Processes
from builder.drill.target import Target
from retrieval.layout import other

MOST_BUILDS = 4  # each makes a version, and only so many versions are kept

Turn = Callable[[Target], None]


@dataclass(frozen=True)
class Phase:
    """`turns` are taken in order, the last ones again while time is left."""

    name: str
    about: str
    turns: Sequence[Turn]
    most: int = 100
    expected: Expected = ANSWERS_ALONE

    def acts(self, seconds: float) -> Iterator[Turn]:
        """At least every turn once."""
        deadline = time.monotonic() + seconds
        for taken in range(max(self.most, len(self.turns))):
            if taken >= len(self.turns) and time.monotonic() > deadline:
                return
            yield self.turns[taken % len(self.turns)]


def phases(target: Target, processes: Processes) -> list[Phase]:
    """All that there are; those that kill only where the processes run on this machine."""
    going = [
        Phase("quiet", "nothing but questions", [_quiet]),
        Phase(
            "builds",
            "edits are saved, built and served",
            [Target.edit, Target.edit],
            most=MOST_BUILDS,
        ),
        Phase("switches", "to an older version and back", [_switch]),
        Phase("rollbacks", "roll back, resume, in sync again", [_roll_back]),
    ]
    return going + (_killing(target, processes) if processes.are_here else [])


def _killing(target: Target, processes: Processes) -> list[Phase]:
    def kill(name: str, *, leader: bool) -> Turn:
        return lambda target: _kill(target, processes, name, leader=leader)

    def backend(idle: bool, leader: bool) -> Turn:
        return lambda target: _kill(target, processes, _backend(target, idle), leader=leader)

    names = processes.names()
    control = [name for name in names if name in ("broker", "watcher", "worker")]
    return [
        Phase(
            "backends",
            "kill -9 of each backend's worker, then of its master",
            # The idle one first: it must be back when it is needed as the fallback.
            [backend(idle, leader) for idle in (True, False) for leader in (False, True)],
            most=0,
            expected=Expected(streams_told=True),
        ),
        Phase(
            "control",
            "kill -9 of broker, watcher and worker; an edit is served afterwards",
            [*(kill(name, leader=True) for name in control), Target.edit],
            most=0,
        ),
        Phase(
            "web",
            "kill -9 of a web worker, then of the web master, with the connections they hold",
            [kill("web", leader=False), kill("web", leader=True)],
            most=0,
            expected=Expected(connections_cut=True, streams_told=True),
        ),
    ]


def _quiet(target: Target) -> None:
    time.sleep(0.2)


def _switch(target: Target) -> None:
    served = target.status()["active"]["version"]
    older = target.older_versions()
    if not older:
        target.edit()
        return
    target.activate(older[0])
    target.activate(served)
    target.resume()
    target.await_sync("The newest version is served again")


def _roll_back(target: Target) -> None:
    if not target.older_versions():
        target.edit()
    target.rollback()
    target.resume()
    target.await_sync("The newest version is served again after a rollback")


def _backend(target: Target, idle: bool) -> str:
    """The program of the slot that serves at this moment, or of the other one."""
    active = target.status()["active"]["slot"]
    return f"backend-{other(active) if idle else active}"


def _kill(target: Target, processes: Processes, name: str, *, leader: bool) -> None:
    before = processes.kill(name, leader=leader)
    target.until(lambda: processes.is_back(name, before), f"{name} runs again after kill -9")
    target.until(lambda: _is_well(target), f"The system is well after kill -9 of {name}")


def _is_well(target: Target) -> bool:
    return bool(target.health()["status"] == "ok")
