"""`make bench`: the speeds that the README claims, on the documents that are at hand.

`python -m bench runbooks` measures a day's work on 153 documents, `versions` what versions cost on
1,758, `folder` what both doors cost, `scale` the versions of 20 copies (some 15 minutes); without a
name all but the last.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil

from bench import folder, versions
from bench.corpus import documents, fill
from bench.figures import percentile, row, spread
from tests.polling import eventually
from tests.system import System

Save = Callable[[str, str], None]

EDITS = 20
QUERIES = 400


def main() -> None:
    for name in sys.argv[1:] or ("runbooks", "versions", "folder"):
        MEASURES[name]()


def runbooks() -> None:
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as folder:
        system = System(Path(folder) / "data")
        found = documents("kb-demo-aiops")
        fill(system.knowledge, found)
        row("documents", str(len(found)))
        try:
            first_version(system)
            edits(system)
            switches(system)
            queries(system)
            router_cost(system)
            memory(system)
            second_start(system)
        finally:
            system.stop()


def first_version(system: System) -> None:
    started = time.perf_counter()
    system.start()
    row("first start: the router answers", f"{time.perf_counter() - started:.1f} s")
    system.in_sync(within=300)
    row("first start: everything is served", f"{time.perf_counter() - started:.1f} s")


def edits(system: System) -> None:
    folder, admin = [], []
    for turn in range(EDITS):
        folder.append(_edit_to_answer(system, turn, system.write))
    row("edit in the folder → answered", spread(folder))
    for turn in range(EDITS):
        admin.append(_edit_to_answer(system, EDITS + turn, _put(system)))
    row("edit by the API → answered", spread(admin))
    system.in_sync()


def _put(system: System) -> Save:
    def put(path: str, body: str) -> None:
        system.control("PUT", f"/api/documents/{path}", json={"body": body}).raise_for_status()

    return put


def _edit_to_answer(system: System, turn: int, save: Save) -> float:
    """From the save to the first answer that holds the new fact."""
    fact = f"QUASAR-{turn:04d}"
    started = time.perf_counter()
    save("bench/quasar.md", f"# Quasar\n\nThe launch phrase of the quasar probe is {fact}.\n")
    system.answers("What is the launch phrase of the quasar probe?", fact)
    return time.perf_counter() - started


def switches(system: System) -> None:
    taken = []
    for _ in range(40):
        slot = "v1" if system.status()["active"]["slot"] == "v2" else "v2"
        started = time.perf_counter()
        system.control("POST", f"/activate?version={slot}").raise_for_status()
        system.search("quasar", 1)
        taken.append(time.perf_counter() - started)
    row("switch between the slots → first answer", spread(taken))
    system.control("POST", "/api/resume")
    system.in_sync()


def queries(system: System) -> None:
    questions = [hit["title"] for hit in system.search("alert pod node memory", 50)["results"]]
    for name, call in (("search", system.search), ("ask (extractive)", system.ask)):
        taken = []
        for turn in range(QUERIES):
            started = time.perf_counter()
            call(questions[turn % len(questions)])
            taken.append(time.perf_counter() - started)
        p50, p99 = statistics.median(taken), percentile(taken, 0.99)
        row(f"{name}: one client", f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms")


def router_cost(system: System) -> None:
    """CPU that the web processes take per proxied request, Django's part of none."""
    web = psutil.Process(system.leaders()["web"])
    processes = [web, *web.children(recursive=True)]
    with httpx.Client(base_url=system.url) as client:
        client.get("/api/search", params={"q": "pod"})
        before = _cpu(processes)
        for _ in range(1000):
            client.get("/api/search", params={"q": "pod"})
        spent = _cpu(processes) - before
    row("router: CPU a request", f"{spent / 1000 * 1e6:.0f} µs")


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def memory(system: System) -> None:
    for name, pid in system.leaders().items():
        leader = psutil.Process(pid)
        group = [leader, *leader.children(recursive=True)]
        share = sum(getattr(each.memory_full_info(), "pss", 0) for each in group)
        row(f"memory (PSS) {name}", f"{share / 2**20:.0f} MiB in {len(group)} processes")


def second_start(system: System) -> None:
    system.stop()
    started = time.perf_counter()
    system.start()
    eventually(lambda: system.http.get("/health").status_code == 200, within=60)
    row("second start → served", f"{time.perf_counter() - started:.1f} s")


MEASURES = {
    "runbooks": runbooks,
    "versions": versions.medium,
    "folder": folder.folder,
    "scale": versions.scale,
}

if __name__ == "__main__":
    main()
