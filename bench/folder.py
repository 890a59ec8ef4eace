"""What the doors cost: thousands of files at once, a scan that finds nothing, a save in admin."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path

import httpx

from bench.corpus import PROJECT, documents, fill
from bench.figures import row, spread
from tests.polling import eventually
from tests.system import PASSWORD, System

SET = "kb-medium-opensearch"
FILES = 10_000
SAVES = 20
UNCHANGED = 20_000
PATIENCE = 1800  # seconds, until all of them are served


def folder() -> None:
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as name:
        scanning(Path(name) / "scanned")
        system = System(Path(name) / "data")
        try:
            system.start(within=120)
            saves(system)
            arrivals(system)
        finally:
            system.stop(within=60)


def scanning(data: Path) -> None:
    """In a process of its own, since it reads the database as the worker does."""
    command = [sys.executable, "-m", "bench.scanning", str(data), str(UNCHANGED)]
    subprocess.run(command, check=True, cwd=PROJECT)  # noqa: S603 (our own)


def arrivals(system: System) -> None:
    """The set's documents under several folder names, until there are FILES, all at once."""
    found = documents(SET)
    names = zip(range(FILES), cycle(found.items()), strict=False)
    texts = {f"copy-{n // len(found)}/{path}": body for n, (path, body) in names}
    held, built = _documents(system), len(system.versions())
    started = time.perf_counter()
    fill(system.knowledge, texts)
    copied = time.perf_counter() - started
    eventually(lambda: _documents(system) == held + FILES, within=PATIENCE)
    taken = time.perf_counter() - started
    row(f"{FILES:,} files at once → in the database", f"{taken:.1f} s (copying: {copied:.1f} s)")
    system.in_sync(within=PATIENCE)
    row("the same → all is served", f"{time.perf_counter() - started:.0f} s")
    made = system.versions()[: len(system.versions()) - built]
    vectors = sum(each["trigger"] == "vectors" for each in made)
    row("builds for it", f"{len(made) - vectors}, and {vectors} that only added vectors")


def _documents(system: System) -> int:
    count: int = system.control("GET", "/api/documents?page_size=1").json()["count"]
    return count


def saves(system: System) -> None:
    """By the form of the admin, as a browser posts it."""
    body = "# Quasar\n\nThe quasar probe is launched in stage {}.\n" + "It is far away. " * 200
    system.write("bench/quasar.md", body.format(0))
    system.in_sync()
    with httpx.Client(base_url=system.url, follow_redirects=True, timeout=30) as browser:
        _submit(browser, "/admin/login/", username="admin", password=PASSWORD)
        page = browser.get("/admin/knowledge/document/?q=quasar")
        links = (link.partition("?")[0] for link in _Page(page.text).links)
        address = next(link for link in links if link.endswith("/change/"))
        taken = [_save(browser, address, body.format(turn)) for turn in range(1, SAVES + 1)]
    row("save in admin → response", spread(taken))


def _save(browser: httpx.Client, address: str, body: str) -> float:
    page = _Page(browser.get(address).text)
    form = {**page.fields, "body": body}
    headers = {"Referer": str(browser.base_url.join(address))}
    started = time.perf_counter()
    response = browser.post(address, data=form, headers=headers, follow_redirects=False)
    taken = time.perf_counter() - started
    if response.status_code != 302:
        raise RuntimeError(f"The save was answered with {response.status_code}.")
    return taken


def _submit(browser: httpx.Client, address: str, **values: str) -> None:
    form = {**_Page(browser.get(address).text).fields, **values}
    browser.post(address, data=form).raise_for_status()


class _Page(HTMLParser):
    """What a page's forms would post, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and found.get("name") and found.get("type") not in ("submit", "checkbox"):
            self.fields[found["name"]] = found.get("value", "")
        elif tag == "a":
            self.links.append(found.get("href", ""))


def median_of(turns: int, call: Callable[[], object]) -> float:
    taken = []
    for _ in range(turns):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
