"""What versions cost on a larger knowledge base: building, editing, returning, keeping."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from bench.corpus import documents, fill
from bench.embedding import chunking_and_embedding
from bench.figures import row, spread
from bench.questions import questions
from retrieval.markdown import title
from tests.polling import eventually
from tests.system import System

SET = "kb-medium-opensearch"
EDITS = 20
QUESTIONS = 20
PATIENCE = 1800  # seconds for a first build


def medium() -> None:
    """One knowledge base, from nothing to twenty kept versions."""
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as folder:
        _measure(Path(folder), copies=1)


def scale(copies: int = 20) -> None:
    """The same with its documents that many times, under other folder names.

    Embedding is paid once, by the cache; the figures of one copy come from the same run.
    """
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as folder:
        once = _measure(Path(folder) / "one", copies=1)
        cache = Path(folder) / "one" / "indices" / "embeddings.sqlite3"
        many = _measure(Path(folder) / "many", copies=copies, cache=cache)
        row(f"edit → answered, {copies} copies : one copy", f"{many / once:.2f}")


def _measure(data: Path, *, copies: int, cache: Path | None = None) -> float:
    """Prints the figures; returns the median seconds from an edit to its answer."""
    found = documents(SET)
    texts = {f"copy-{n:02d}/{path}": body for n in range(copies) for path, body in found.items()}
    row("documents", f"{len(texts):,} ({SET}, {copies} × {len(found):,})")
    bodies = [_text(body) for body in found.values()]
    alone = chunking_and_embedding(bodies, data) if cache is None else None
    system = System(data)
    try:
        fill(system.knowledge, texts)
        if cache is not None:
            (data / "indices").mkdir(parents=True, exist_ok=True)
            shutil.copy(cache, data / "indices" / cache.name)
        _first_build(system, alone)
        titles = _titles(found)
        _questions(system, titles)
        questions(system, titles)
        disk = _disk(data)
        median = _edits(system)
        row("disk of 21 versions : of the first", f"{_disk(data) / disk:.3f}")
        _rollbacks(system)
        _memory(system)
    finally:
        system.stop(within=60)
    return median


def _text(body: bytes) -> str:
    return body.decode("utf-8-sig", errors="replace")


def _first_build(system: System, alone: float | None) -> None:
    """Found by words first, then whole: what the ratio is of is the whole, with the start."""
    started = time.perf_counter()
    system.start(within=120)
    eventually(lambda: system.http.get("/health").status_code == 200, within=PATIENCE)
    row("first start → found by words", f"{time.perf_counter() - started:.1f} s")
    system.in_sync(within=PATIENCE)
    whole = time.perf_counter() - started
    ratio = f", {whole / alone:.2f} times chunking and embedding alone" if alone else ""
    row("first start → all is served", f"{whole:.1f} s{ratio}")


def _titles(found: dict[str, bytes]) -> list[str]:
    """What people may ask about; the file's name tells the many of one title apart."""
    ordered = sorted(found.items())
    return [f"{title(_text(body), path)} {Path(path).stem}" for path, body in ordered]


def _questions(system: System, titles: Sequence[str]) -> None:
    """People have asked: each edit's answers are compared on these before it is published."""
    for asked in titles[:: len(titles) // QUESTIONS]:
        system.ask(f"What is {asked}?")
    system.run_task("questions.tasks.import_questions")


def _edits(system: System) -> float:
    by_folder = [_edit(system, turn, system.write) for turn in range(EDITS // 2)]
    by_api = [_edit(system, turn + EDITS, _put(system)) for turn in range(EDITS // 2)]
    row("edit in the folder → answered", spread(by_folder))
    row("edit by the API → answered", spread(by_api))
    system.in_sync(within=120)
    return statistics.median(by_folder + by_api)


def _put(system: System) -> Callable[[str, str], None]:
    def put(path: str, body: str) -> None:
        system.control("PUT", f"/api/documents/{path}", json={"body": body}).raise_for_status()

    return put


def _edit(system: System, turn: int, save: Callable[[str, str], None]) -> float:
    fact = f"QUASAR-{turn:04d}"
    started = time.perf_counter()
    save("bench/quasar.md", f"# Quasar\n\nThe launch phrase of the quasar probe is {fact}.\n")
    system.answers("What is the launch phrase of the quasar probe?", fact, within=60)
    return time.perf_counter() - started


def _rollbacks(system: System) -> None:
    """From the call to the first answer of the version that it returns to."""
    active = system.status()["active"]["version"]
    kept = [row["number"] for row in system.versions() if row["state"] in ("active", "retired")]
    before, *older = [number for number in kept if number < active]
    previous, any_kept = [], []
    for number in older[:10]:
        _switch(system, active)
        previous.append(_switch(system, before))
        any_kept.append(_switch(system, number))
    row("roll back to the one before → answered", spread(previous))
    row("roll back to any kept version → answered", spread(any_kept))
    system.control("POST", "/api/resume")
    system.in_sync(within=120)


def _switch(system: System, number: int) -> float:
    started = time.perf_counter()
    call = system.control("POST", f"/api/versions/{number}/activate", json={"reason": "measured"})
    call.raise_for_status()
    answered = system.search("quasar", 1)["version"]
    taken = time.perf_counter() - started
    if answered != number:
        raise RuntimeError(f"#{answered} answered after the switch to #{number}.")
    return taken


def _disk(data: Path) -> int:
    """Bytes of segments and versions; the embedding cache is beside them, for all versions."""
    roots = (data / "indices" / "segments", data / "indices" / "versions")
    files = [path for root in roots for path in root.rglob("*") if path.is_file()]
    return sum(path.stat().st_blocks * 512 for path in files)


def _memory(system: System) -> None:
    """What is shared by both backends is counted once, half with each (PSS)."""
    leaders = system.leaders()
    shares, mapped = [], []
    for slot in ("backend-v1", "backend-v2"):
        leader = psutil.Process(leaders[slot])
        group = [leader, *leader.children(recursive=True)]
        shares.append(sum(each.memory_full_info().pss for each in group))
        mapped.append(sum(each.memory_info().rss for each in group))
    row("memory of both backends (PSS)", f"{sum(shares) / 2**20:.0f} MiB")
    row("the same, counted twice (RSS)", f"{sum(mapped) / 2**20:.0f} MiB")
