"""What the doors cost: thousands of files at once, a scan that finds nothing, a save in admin."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import count, cycle
from pathlib import Path
from typing import Self

import httpx

from bench.corpus import PROJECT, documents, fill
from bench.figures import row, spread
from tests.system import PASSWORD, System

SET = "kb-medium-opensearch"
FILES = 10_000
SAVES = 20
UNCHANGED = 20_000
FAR_AWAY = "It is far away. " * 200
PATIENCE = 1800  # seconds, until all of them are served


def folder() -> None:
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as name:
        scanning(Path(name) / "scanned")
        system = System(Path(name) / "data")
        try:
            system.start(within=120)
            with Editor(system) as editor:
                editor.save()  # what is loaded at the first save is loaded
                row("save in admin → response", spread([editor.save() for _ in range(SAVES)]))
                arrivals(system, editor)
        finally:
            system.stop(within=60)


def scanning(data: Path) -> None:
    """In a process of its own, since it reads the database as the worker does."""
    command = [sys.executable, "-m", "bench.scanning", str(data), str(UNCHANGED)]
    subprocess.run(command, check=True, cwd=PROJECT)  # noqa: S603 (our own)


def arrivals(system: System, editor: "Editor") -> None:
    """The set's documents under several folder names, until there are FILES, all at once; someone
    saves in admin meanwhile."""
    found = documents(SET)
    names = zip(range(FILES), cycle(found.items()), strict=False)
    texts = {f"copy-{n // len(found)}/{path}": body for n, (path, body) in names}
    held, built = _documents(system), len(system.versions())
    started = time.perf_counter()
    fill(system.knowledge, texts)
    copied = time.perf_counter() - started
    saves = []
    while _documents(system) < held + FILES:
        saves.append(editor.save())
    taken = time.perf_counter() - started
    row(f"{FILES:,} files at once → in the database", f"{taken:.1f} s (copying: {copied:.1f} s)")
    row("save in admin meanwhile → response", spread(saves))
    system.in_sync(within=PATIENCE)
    row("the same → all is served", f"{time.perf_counter() - started:.0f} s")
    made = system.versions()[: len(system.versions()) - built]
    vectors = sum(each["trigger"] == "vectors" for each in made)
    row("builds for it", f"{len(made) - vectors}, and {vectors} that only added vectors")


def _documents(system: System) -> int:
    count: int = system.control("GET", "/api/documents?page_size=1").json()["count"]
    return count


class Editor:
    """Someone who saves one document again and again, by the form of the admin."""

    def __init__(self, system: System) -> None:
        self._browser = httpx.Client(base_url=system.url, follow_redirects=True, timeout=30)
        self._system = system
        self._turns = count()

    def __enter__(self) -> Self:
        self._system.write("bench/quasar.md", self._text())
        self._system.in_sync()
        _submit(self._browser, "/admin/login/", username="admin", password=PASSWORD)
        page = self._browser.get("/admin/knowledge/document/?q=quasar")
        links = (link.partition("?")[0] for link in _Page(page.text).links)
        self._address = next(link for link in links if link.endswith("/change/"))
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()

    def save(self) -> float:
        """Seconds from the click to the response."""
        page = _Page(self._browser.get(self._address).text)
        form = {**page.fields, "body": self._text()}
        headers = {"Referer": str(self._browser.base_url.join(self._address))}
        started = time.perf_counter()
        response = self._browser.post(
            self._address, data=form, headers=headers, follow_redirects=False
        )
        taken = time.perf_counter() - started
        if response.status_code != 302:
            raise RuntimeError(f"The save was answered with {response.status_code}.")
        return taken

    def _text(self) -> str:
        stage = next(self._turns)
        return f"# Quasar\n\nThe quasar probe is launched in stage {stage}.\n" + FAR_AWAY


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
