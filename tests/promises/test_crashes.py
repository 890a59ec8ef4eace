"""V3: a build, a switch or a builder that dies half-way changes nothing of what is answered."""

import json
import re
import resource
import threading
from contextlib import contextmanager

import httpx
import pytest

from retrieval.layout import Layout
from routing import pointer
from tests.load import Load
from tests.polling import eventually
from tests.promises.conftest import QUESTIONS, collect, seeded

EDITING = (  # what an edit leads through in the worker, in this order
    "part.written", "part.installed", "rows.written", "manifest.before", "manifest.after",
    "slot.fallback", "slot.assigned", "gate.passed", "activation.before", "activation.logged",
    "pointer.copied", "pointer.json", "pointer.after",
)  # fmt: skip
COMPACT, COLLECT = "builder.tasks.compact", "builder.tasks.collect"
KEEPING = (  # what gives back disk leads through
    (COMPACT, "compaction.before"), (COMPACT, "compaction.after"),
    (COLLECT, "collection.marked"), (COLLECT, "collection.manifest"),
    (COLLECT, "collection.segments"),
)  # fmt: skip
SWITCHING = (
    "slot.fallback", "slot.assigned", "activation.before", "activation.logged",
    "pointer.copied", "pointer.json",
)  # fmt: skip
CODE = "What is the code word of the third watch?"


class Watched:
    """A system under load: every answer is kept, and the pointer is read all the while."""

    def __init__(self, system, failpoint) -> None:
        self.system = system
        self.failpoint = failpoint
        self.served = system.status()["active"]["epoch"]  # a word that no test had before
        self.bad_pointers: list[str] = []
        self.stop = threading.Event()

    def edit(self) -> str:
        self.served += 1
        word = f"WATCH-{self.served}"
        self.system.write("ops/v3.md", f"# Third watch\n\nThe code word is {word}.\n")
        return word

    def is_served(self, word) -> None:
        self.system.answers(CODE, word, within=60)
        self.system.in_sync(within=60)

    def dies_at(self, name, act, passes: int = 0) -> None:
        """Arm the failpoint and act; returns when a process has died of it, by its own hand."""
        armed = self.failpoint.with_suffix(".new")
        armed.write_text(f"{name} {passes}")
        armed.replace(self.failpoint)
        act()
        eventually(lambda: not self.failpoint.exists(), within=60, what=f"a death at {name}")

    def passes_before(self, name) -> int:
        """An edit first clears the pointer's fallback, if it has one; the switch writes next."""
        served = pointer.read(self.system.data)
        return int(name in ("pointer.json", "pointer.after") and served.fallback is not None)

    def watch_the_pointer(self) -> None:
        layout = Layout(self.system.data / "indices")
        while not self.stop.wait(0.002):
            try:
                served = pointer.read(self.system.data)
                assert served is not None, "missing"
                assert layout.manifest(served.version).is_file(), served
                assert pointer.read_active_version(self.system.data) in ("v1", "v2")
            except (AssertionError, ValueError) as error:
                self.bad_pointers.append(repr(error))


@contextmanager
def _watched(system, failpoint):
    watched = Watched(system, failpoint)
    watched.is_served(watched.edit())
    reader = threading.Thread(target=watched.watch_the_pointer)
    reader.start()
    try:
        with Load(system.url, [*QUESTIONS[:2], CODE], clients=1) as load:
            watched.load = load
            yield watched
    finally:
        watched.stop.set()
        reader.join()
    assert watched.bad_pointers == []
    _each_version_always_answers_the_same(load)


def _each_version_always_answers_the_same(load) -> None:
    told: dict[tuple, str] = {}
    for answer in load.answers:
        if answer.status == 200:
            body = json.dumps(answer.body, sort_keys=True)
            same = told.setdefault((answer.version, answer.slot, answer.asked), body)
            assert body == same, (answer.version, answer.asked)


@pytest.fixture(scope="module")
def mortal(tmp_path_factory):
    """A system for all tests here, whose processes die where its failpoint file says.

    Few states are kept and nothing is too young, so that there is always something to collect.
    """
    folder = tmp_path_factory.mktemp("mortal")
    environment = {"KEEP_VERSIONS": "3", "COLLECT_GRACE_SECONDS": "0"}
    failpoint = folder / "failpoint"
    system = seeded(folder / "data", demo=False, FAILPOINT_FILE=str(failpoint), **environment)
    yield system, failpoint
    assert system.stop() == 0


@pytest.fixture
def watched(mortal):
    with _watched(*mortal) as found:
        yield found


def test_a_bad_build_changes_nothing(watched):
    """V3. The worker kills itself at each write of a build and of a switch, under load."""
    for name in EDITING:
        words = []
        passes = watched.passes_before(name)
        watched.dies_at(name, lambda words=words: words.append(watched.edit()), passes)
        watched.is_served(words[0])
    assert watched.load.failures == [], watched.load.failures[:3]
    print("V3:", watched.load.summary())


def test_giving_back_disk_and_dying_of_it_changes_nothing(mortal):
    """V3. The worker kills itself at each write of compaction and of collection, under load.

    What there is to do comes only once the failpoint is armed, so that the schedule, which runs
    the same tasks, can't have done it before: edits kill 60 documents of a segment of 150, and
    each makes a version too many.
    """
    system, failpoint = mortal
    with _watched(system, failpoint) as watched:
        for task, name in KEEPING:
            _write_many(system, name, 150, "first")
            watched.dies_at(name, lambda task=task, name=name: _give_back(system, task, name))
            watched.is_served(watched.edit())
        collect(system, keep=3)
        watched.is_served(watched.edit())
    assert watched.load.failures == [], watched.load.failures[:3]
    print("V3, keeping:", watched.load.summary())


def test_a_full_disk_changes_nothing(watched):
    """V3. Nothing that the real worker writes may grow past 64 KiB, its database's files among it.

    It is the same limit that a full disk sets: writes end in the middle, at no place of our choice.
    """
    system = watched.system
    worker = system.leaders()["worker"]
    before = system.status()["active"]["version"]
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))
    body = "# Ledger\n\n" + "\n\n".join(f"Entry {n} is booked on day {n}." for n in range(4000))
    system.control("PUT", "/api/documents/ops/ledger.md", json={"body": body}).raise_for_status()
    eventually(lambda: FULL.search(system.logged()), within=60, what="the disk is full")
    assert system.status()["active"]["version"] == before
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(worker, resource.RLIMIT_FSIZE, unlimited)
    system.answers("On which day is entry 3123 booked?", "3123", within=120)
    system.in_sync(within=60)
    assert system.leaders()["worker"] == worker
    assert watched.load.failures == [], watched.load.failures[:3]
    print("V3, disk full:", watched.load.summary())


FULL = re.compile("File too large|disk I/O error|database or disk is full")


def _give_back(system, task, name) -> None:
    """The task may find a build under way and leave, so it comes again until it dies of its own."""
    _write_many(system, name, 60, "second")
    for _ in range(5):
        system.run_task(task)


def _write_many(system, folder: str, count: int, word: str) -> None:
    for number in range(count):
        text = f"# Berth {number}\n\nIts {word} ship is {number}.\n"
        system.write(f"{folder}/{number:03d}.md", text)
    system.in_sync()


def test_a_switch_by_hand_that_dies_changes_nothing(watched):
    """V3. The web process kills itself at each write of a return that a person asked for.

    That process is also one of the router's two: connections through it break, and no others.
    """
    system = watched.system
    for _ in range(2):
        watched.is_served(watched.edit())
    for name in SWITCHING:
        watched.dies_at(name, lambda: _go_back_by_two(system))
        eventually(lambda: system.control("POST", "/api/resume").status_code == 200)
        system.in_sync(within=60)
    lost = [answer for answer in watched.load.failures if answer.status == 0]
    assert watched.load.failures == lost
    assert len(lost) <= watched.load.clients * len(SWITCHING)
    print("V3, by hand:", watched.load.summary())


def _go_back_by_two(system) -> None:
    """To a version that no slot holds. The call gets no answer: who would give it is dead."""
    number = system.status()["active"]["version"] - 2
    with pytest.raises(httpx.TransportError):
        system.control("POST", f"/api/versions/{number}/activate", json={"reason": "drill"})
