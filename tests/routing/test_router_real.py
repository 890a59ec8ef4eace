"""The router before the real backends, under gunicorn as the system runs them, under load."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
import pytest

from ragsite.programs import BACKEND_WORKER, SERVED_BY_UVICORN
from retrieval.layout import SLOTS, Layout
from routing import pointer
from routing.data_plane.config import RouterConfig
from routing.pointer import Pointer
from routing.router import Router
from tests.routing.indices import write_version
from tests.routing.router_servers import HOST, not_django, serving, until
from tests.system import PROJECT


@dataclass
class Backend:
    """One slot's gunicorn. Its port outlives it, as under `manage.py up`."""

    layout: Layout
    slot: str
    listener: socket.socket = field(default_factory=lambda: socket.create_server((HOST, 0)))
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.listener.getsockname()[1]}"

    def start(self) -> None:
        descriptor = self.listener.fileno()
        environment = os.environ | {
            "INDEX_PATH": str(self.layout.slot(self.slot)),
            "DATA_DIR": str(self.layout.indices.parent), "QUESTION_LOG": "0",
            "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        command = [*SERVED_BY_UVICORN, "-k", BACKEND_WORKER, "--workers", "1",
                   "--bind", f"fd://{descriptor}"]  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, *command, "backend.app:app"], cwd=PROJECT, env=environment,
            pass_fds=[descriptor], start_new_session=True,
        )  # fmt: skip

    def workers(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def end(self) -> None:
        self.kill()
        self.listener.close()


@dataclass
class Site:
    data_dir: Path
    layout: Layout
    backends: dict[str, Backend]
    router: Router
    url: str
    client: aiohttp.ClientSession
    epoch: int = 0

    def activate(self, slot: str, number: int) -> None:
        """As the switch does: the slot first, the pointer last."""
        self.layout.assign(slot, number)
        self.epoch += 1
        pointer.write(self.data_dir, Pointer(self.epoch, slot, number))

    async def ask(self, **options) -> tuple[int, str | None, dict]:
        question = {"question": "Which colour does the lighthouse have?"}
        async with self.client.post(self.url + "/api/ask", json=question, **options) as answer:
            return answer.status, answer.headers.get("X-Index-Version"), await answer.json()

    @asynccontextmanager
    async def load(self, clients: int = 2):
        """Asks without a pause; yields the growing list of answers."""
        answers: list[tuple[int, str | None, dict]] = []
        stop = asyncio.Event()

        async def client() -> None:
            while not stop.is_set():
                answers.append(await self.ask())

        running = [asyncio.create_task(client()) for _ in range(clients)]
        try:
            yield answers
        finally:
            stop.set()
            await asyncio.gather(*running)


@pytest.fixture(scope="module")
def backends(tmp_path_factory):
    """Eight versions of one document, and the two backends."""
    layout = Layout(tmp_path_factory.mktemp("system") / "indices")
    layout.indices.mkdir()
    for number in range(1, 9):
        text = f"# Lighthouse\n\nThe colour of the lighthouse is shade number {number}.\n"
        write_version(layout, number, {"lighthouse.md": text})
    started = {slot: Backend(layout, slot) for slot in SLOTS}
    for backend in started.values():
        backend.start()
    yield started
    for backend in started.values():
        backend.end()


@pytest.fixture
async def site(backends, tmp_path):
    layout = backends["v1"].layout
    for slot in SLOTS:
        layout.slot(slot).unlink(missing_ok=True)
    urls = {slot: backends[slot].url for slot in SLOTS}
    router = Router(RouterConfig(tmp_path, urls, budget_seconds=30), not_django)
    async with serving(router) as url, aiohttp.ClientSession() as client:
        ready = Site(tmp_path, layout, backends, router, url, client)
        ready.activate("v1", 1)
        assert (await ready.ask())[0] == 200
        yield ready


def whole_and_of_one_version(answer: tuple[int, str | None, dict]) -> bool:
    status, version, content = answer
    return (
        status == 200
        and version == str(content["version"])
        and f"shade number {version}." in content["answer"]
    )


async def test_the_death_of_the_active_backend_is_unseen(site: Site):
    async with site.load() as answers:
        for _ in range(2):
            enough = len(answers) + 10
            await until(lambda enough=enough: len(answers) > enough, 30)
            # Whoever was being answered is reset; whoever asks on a new connection waits in the
            # port's queue, and hears nothing until the next process takes it from there.
            site.backends["v1"].kill()
            site.backends["v1"].start()
        enough = len(answers) + 10
        await until(lambda: len(answers) > enough, 30)
    assert Counter(map(whole_and_of_one_version, answers)) == {True: len(answers)}


async def test_the_death_of_its_worker_alone_is_unseen(site: Site):
    async with site.load() as answers:
        await until(lambda: len(answers) > 10, 30)
        [worker] = site.backends["v1"].workers()
        os.kill(worker, signal.SIGKILL)
        enough = len(answers) + 20
        await until(lambda: len(answers) > enough, 30)
        assert site.backends["v1"].workers() != [worker]
    assert Counter(map(whole_and_of_one_version, answers)) == {True: len(answers)}


async def test_switches_lose_no_request_and_mix_no_versions(site: Site):
    async with site.load() as answers:
        for switch in range(24):
            slot = SLOTS[(switch + 1) % 2]
            enough = len(answers) + 2
            site.activate(slot, 1 + (switch + 1) % 8)
            await until(lambda enough=enough: len(answers) > enough, 30)
    assert Counter(map(whole_and_of_one_version, answers)) == {True: len(answers)}
    assert len({version for _, version, _ in answers}) == 8


async def test_a_real_stream_ends_with_the_whole_answer(site: Site):
    options = {
        "json": {"question": "Which colour does the lighthouse have?"},
        "headers": {"Accept": "text/event-stream"},
    }
    async with site.client.post(site.url + "/api/ask", **options) as answer:
        assert answer.headers["X-Index-Version"] == "1"
        events = (await answer.text()).strip().split("\n\n")
    names = [event.split("\n")[0].removeprefix("event: ") for event in events]
    assert names[0] == "citations"
    assert names[-1] == "done"
    assert set(names[1:-1]) == {"token"}


async def test_real_refusals_and_health_pass_through(site: Site):
    async with site.client.post(site.url + "/api/ask", data=b"{") as answer:
        assert answer.status in (400, 415)
        assert (await answer.json())["code"]
    async with site.client.get(site.url + "/api/sources/gone.md") as answer:
        assert answer.status == 404
    async with site.client.get(site.url + "/api/sources/lighthouse.md?version=1") as answer:
        assert (await answer.json())["document"] == "lighthouse.md"
    async with site.client.get(site.url + "/health") as answer:
        content = await answer.json()
        assert answer.status == 200
        assert content["active"] == {
                "slot": "v1", "version": 1, "documents": 1, "chunks": 1, "since": None,
            }  # fmt: skip
        assert content["slots"]["v2"] == {"state": "empty", "version": None}
