"""How fast questions are answered, through the router: one client after another, and eight at once.

The clients are a process of their own, as they would be elsewhere, and connections are kept.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice
from urllib.parse import quote

import aiohttp

from bench.corpus import PROJECT
from bench.figures import percentile, row
from tests.system import System

ALONE = 300  # questions of one client
REPEATED = 60  # that are asked again and again
TOGETHER = 2_000  # times, by all the clients that ask at once
CLIENTS = 8

Taken = list[float]  # seconds, of each


def questions(system: System, titles: Sequence[str]) -> None:
    """In a process of its own, so that what it costs to ask is not the answering's."""
    command = [sys.executable, "-m", "bench.questions", system.url, *titles]
    subprocess.run(command, check=True, cwd=PROJECT)  # noqa: S603 (our own)


async def main(url: str, titles: Sequence[str]) -> None:
    """First each question once, then some again and again: these are known to the backends."""
    asked = [f"What is {title}?" for title in titles]
    alone, once, again = asked[:ALONE], asked[ALONE:], asked[:REPEATED]
    async with aiohttp.ClientSession(url) as client:
        await _ask_all(client, ["Where to begin?"] * 20)  # connections
        row("/api/search, one client", _percentiles((await _search_all(client, alone, 1))[0]))
        row(f"/api/search, {CLIENTS} clients", await _together(client, once))
        repeated = list(islice(cycle(again), TOGETHER))
        row("the same, questions that repeat", await _together(client, repeated))
        row("/api/ask (extractive), one client", _percentiles(await _ask_all(client, alone)))


async def _together(client: aiohttp.ClientSession, asked: Sequence[str]) -> str:
    taken, seconds = await _search_all(client, asked, CLIENTS)
    return f"{len(taken) / seconds:.0f} a second, {_percentiles(taken)}"


async def _search_all(
    client: aiohttp.ClientSession, asked: Sequence[str], clients: int
) -> tuple[Taken, float]:
    """Each search's seconds, and those of all together."""
    targets = iter([f"/api/search?q={quote(each)}" for each in asked])

    async def one_client() -> Taken:
        return [await _timed(client.get(target)) for target in targets]

    started = time.perf_counter()
    taken = await asyncio.gather(*(one_client() for _ in range(clients)))
    return [each for some in taken for each in some], time.perf_counter() - started


async def _ask_all(client: aiohttp.ClientSession, asked: Sequence[str]) -> Taken:
    return [await _timed(client.post("/api/ask", json={"question": each})) for each in asked]


async def _timed(call: "aiohttp.client._RequestContextManager") -> float:
    started = time.perf_counter()
    async with call as response:
        response.raise_for_status()
        await response.read()
    return time.perf_counter() - started


def _percentiles(taken: Taken) -> str:
    p50, p99 = statistics.median(taken), percentile(taken, 0.99)
    return f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms (n={len(taken)})"


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
