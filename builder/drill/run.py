"""One drill from its first look at the system to its table."""

import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType

import httpx

from builder.drill.errors import DrillError, Refused
from builder.drill.load import Load
from builder.drill.phases import Phase, phases
from builder.drill.processes import Processes
from builder.drill.tally import Row, Tally
from builder.drill.target import Target

Write = Callable[[str], None]
NOT_HERE = "No process was killed: `manage.py up` does not run on this machine."


def drill(target: Target, seconds: float, only: Collection[str], write: Write) -> Tally:
    """Refused when the system is not in sync or is held. Whatever happens, it is left as it was."""
    before = target.require_quiet()
    processes = Processes(target.run_dir)
    chosen = [p for p in phases(target, processes) if not only or p.name in only]
    if unknown := sorted({*only} - {phase.name for phase in chosen}):
        raise Refused(f"There is no phase {', '.join(unknown)} here.")
    tally = Tally(notes=[] if processes.are_here else [NOT_HERE])
    questions = target.questions()
    try:
        with Load(target, questions, tally) as load:
            _go_through(chosen, target, seconds / len(chosen), load, tally, write)
    except KeyboardInterrupt:
        tally.problems.append("The drill was stopped before its end.")
    finally:
        write("Putting everything back …")
        _restore(target, before, tally)
    return tally


def _go_through(
    chosen: list[Phase], target: Target, share: float, load: Load, tally: Tally, write: Write
) -> None:
    for phase in chosen:
        write(f"{phase.name}: {phase.about} …")
        tally.rows.append(row := Row(phase.name))
        load.enter(row, phase.expected)
        try:
            for act in phase.acts(share):
                act(target)
            _await_seen(target, row)
        except (DrillError, httpx.HTTPError, OSError) as error:
            tally.problems.append(f"{phase.name}: {error or repr(error)} The rest was not drilled.")
            return


def _await_seen(target: Target, row: Row) -> None:
    """A phase ends once someone who asked was answered from what is served by then."""
    number = target.status()["active"]["version"]
    target.until(lambda: number in row.versions, f"Someone is answered from #{number}")


def _restore(target: Target, before: dict[str, object], tally: Tally) -> None:
    try:
        target.restore(before)
    except (DrillError, httpx.HTTPError) as error:
        tally.problems.append(f"Not all is as it was: {error or repr(error)}")


@contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """SIGTERM also puts everything back first."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
