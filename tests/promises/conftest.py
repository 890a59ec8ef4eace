"""One real system for the promises that leave it whole; those that break it start their own."""

from pathlib import Path

import pytest

from builder import compacted
from retrieval import manifest
from retrieval.errors import VersionCollected
from retrieval.layout import Layout
from tests.polling import eventually
from tests.system import PROJECT, System

DOCUMENTS = {
    "ops/zephyr.md": "# Project Zephyr\n\nThe rollback code for project Zephyr is ORION-7.\n",
    "ops/backups.md": "# Backups\n\n## When\n\nBackups of the orders database start at 02:15.\n",
    "ops/paging.md": "# Paging\n\nThe secondary on-call engineer is paged after 12 minutes.\n",
    "fr/astreinte.md": "# Astreinte\n\nL'astreinte change chaque lundi à 9 h 30.\n",
}
QUESTIONS = [
    "What is the rollback code for project Zephyr?",
    "When do backups of the orders database start?",
    "After how many minutes is the secondary on-call engineer paged?",
    "Quand change l'astreinte ?",
]


def seeded(folder: Path, *, demo: bool = True, **environment: str) -> System:
    """A running system that serves DOCUMENTS, and the demo's if wanted.

    Its public calls are not limited: a test's load comes from one address, as nobody's does.
    """
    system = System(folder, **{"RATE_LIMIT_ASK": "0", "RATE_LIMIT_SEARCH": "0"} | environment)
    for document in sorted((PROJECT / "demo").rglob("*.md")) if demo else []:
        system.write(f"demo/{document.name}", document.read_text())
    for path, text in DOCUMENTS.items():
        system.write(path, text)
    system.start()
    system.in_sync()
    return system


def collect(system: System, *, keep: int) -> None:
    """What the schedule does each minute, again while builds are under way, until all is done."""
    layout = Layout(system.data / "indices")

    def done() -> bool:
        system.run_task("builder.tasks.collect")
        try:
            refs = [ref for n in layout.numbers() for ref in manifest.read(layout, n).segments]
        except VersionCollected:  # since they were listed
            return False
        named = {part for ref in refs for part in (ref.rows, ref.vectors)}
        waiting = set(compacted.parts(layout))
        held = {part.name for part in layout.segments.iterdir()}
        return len(layout.numbers()) <= keep + 2 and held <= named | waiting

    eventually(done, within=30, what="the disk is given back")


HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    system = seeded(tmp_path_factory.mktemp("system"))
    yield system
    assert system.stop() == 0


@pytest.fixture
def system(running: System):
    """The shared system, in sync and without a hold, as the test before should have left it."""
    running.control("POST", "/api/resume")
    running.in_sync()
    return running


@pytest.fixture
def own_system(tmp_path):
    """A system of the test's own, for those that kill or starve it."""
    started: list[System] = []

    def start(**environment: str) -> System:
        started.append(seeded(tmp_path / "data", demo=False, **environment))
        return started[-1]

    yield start
    for each in started:
        each.stop()
