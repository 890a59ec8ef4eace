"""What the worker does for the builder; beat runs the same every few seconds."""

import threading
from collections.abc import Sequence
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down

from builder import (
    ahead,
    backlog,
    changeover,
    collection,
    compaction,
    embedder_state,
    gap_answers,
    signals,
    wanted,
)
from builder.reconcile import reconcile as converge
from builder.scrub import scrub as read_all


@shared_task(name="builder.tasks.reconcile")  # type: ignore[untyped-decorator]
def reconcile(hinted: Sequence[str] = (), routine: bool = False) -> None:
    """May be lost, late or doubled: it looks for itself what there is.

    `hinted`: the paths that are known to have changed, so that it need not look at all the others.
    `routine`: it is the schedule's.
    """
    converge(hinted, routine=routine)


@shared_task(name="builder.tasks.compact")  # type: ignore[untyped-decorator]
def compact() -> None:
    """Beside the builds, under a lock of its own; the next build takes up what it made."""
    compaction.compact()


@shared_task(name="builder.tasks.write_ahead")  # type: ignore[untyped-decorator]
def write_ahead() -> None:
    """Beside the builds, when very many documents changed at once: no edit waits for them."""
    if ahead.work(changeover.goal()):
        signals.burst_written.send(sender=None)


@shared_task(name="builder.tasks.embed")  # type: ignore[untyped-decorator]
def embed() -> None:
    """Beside the builds, as long as something lacks its vectors; the next build takes them up."""
    backlog.work(changeover.goals)


@shared_task(name="builder.tasks.collect")  # type: ignore[untyped-decorator]
def collect() -> None:
    """Not while a build is under way."""
    collection.collect()


@shared_task(name="builder.tasks.scrub")  # type: ignore[untyped-decorator]
def scrub() -> None:
    """Every SCRUB_MINUTES."""
    read_all()


@shared_task(name="builder.tasks.check_gaps")  # type: ignore[untyped-decorator]
def check_gaps() -> None:
    """Beside the builds: no edit waits for it."""
    gap_answers.check()


@worker_ready.connect  # type: ignore[untyped-decorator]
def warm(**_: Any) -> None:
    """Load the local model beside the first tasks, so that the first edit need not wait for it."""
    embedder = wanted.embedder()
    if embedder.quick:
        threading.Thread(target=embedder.embed_query, args=("warm",), daemon=True).start()


@worker_ready.connect  # type: ignore[untyped-decorator]
def catch_up(**_: Any) -> None:
    """What changed while no worker ran need not wait for the schedule's first turn; and who sets
    another key need not wait until the next attempt with the one before was due."""
    embedder_state.forget_trouble()
    reconcile.delay()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def end(**_: Any) -> None:
    """What is embedded by then is kept; the rest is for the next worker."""
    backlog.stopping.set()
