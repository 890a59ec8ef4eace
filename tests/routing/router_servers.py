"""A stand-in backend that speaks the internal protocol and fails on command, and a router's server.

The stand-in writes to its sockets itself, so that it can stop in mid-answer at any byte.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import uvicorn
from starlette.types import ASGIApp

from routing import pointer
from routing.data_plane.config import RouterConfig
from routing.pointer import Fallback, Pointer
from routing.router import Router

HOST = "127.0.0.1"


@dataclass
class Received:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[["StandIn", Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class StandIn:
    """One slot's backend. `behaviours` are used up one a request; after them it simply answers."""

    slot: str
    version: int | None
    behaviours: list[Behaviour] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    health_checks: int = 0
    silent: bool = False
    port: int = 0
    _server: asyncio.Server | None = None
    _connections: dict[asyncio.StreamWriter, asyncio.StreamReader] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def connections(self) -> int:
        return len(self._connections)

    @property
    def hung_up_on(self) -> bool:
        """Whether the router ended a connection, with or without an answer under way."""
        return any(reader.at_eof() for reader in self._connections.values())

    async def start(self) -> None:
        self._server = await asyncio.start_server(
            self._connected, HOST, self.port, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def die(self) -> None:
        """As after kill -9: the port is closed, every open connection is reset."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._connections):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections[writer] = reader
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                await self._one(await _read(reader), writer)
        del self._connections[writer]
        writer.close()

    async def _one(self, request: Received, writer: asyncio.StreamWriter) -> None:
        if self.silent:
            await asyncio.Event().wait()
        if request.target == "/health":
            self.health_checks += 1
            await self._answer_health(writer)
            return
        self.received.append(request)
        behaviour = self.behaviours.pop(0) if self.behaviours else answers
        await behaviour(self, request, writer)

    async def _answer_health(self, writer: asyncio.StreamWriter) -> None:
        if self.version is None:
            await respond(writer, 503, {"code": "no_version", "detail": "No version."})
            return
        content = {
            "status": "ok", "slot": self.slot, "version": self.version, "documents": 3, "chunks": 7,
            "coverage": 1.0,
        }  # fmt: skip
        await respond(writer, 200, content)


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body)


async def respond(
    writer: asyncio.StreamWriter,
    status: int,
    content: object,
    headers: dict[str, str] | None = None,
    *,
    cut: int = 0,
) -> None:
    """A whole answer, or all but its last `cut` bytes and then a reset."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    lines = {"content-type": "application/json", "content-length": str(len(body))} | (headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    data = f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + body
    writer.write(data[: len(data) - cut])
    await writer.drain()
    if cut:
        writer.transport.abort()


async def answers(backend: StandIn, request: Received, writer: asyncio.StreamWriter) -> None:
    if request.headers.get("x-expect-version") != str(backend.version):
        content = {"code": "wrong_version", "detail": "Another.", "version": backend.version}
        await respond(writer, 421, content)
        return
    headers = {"x-index-version": str(backend.version), "x-slot": backend.slot}
    content = {"answer": "yes", "version": backend.version, "slot": backend.slot}
    await respond(writer, 200, content, headers)


async def cut_in_mid_answer(
    backend: StandIn, request: Received, writer: asyncio.StreamWriter
) -> None:
    await respond(writer, 200, {"answer": "torn" * 100}, cut=50)


async def drops(backend: StandIn, request: Received, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def never_answers(backend: StandIn, request: Received, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def says(status: int, content: object, headers: dict[str, str] | None = None) -> Behaviour:
    async def behaviour(backend: StandIn, request: Received, writer: asyncio.StreamWriter) -> None:
        await respond(writer, status, content, headers)

    return behaviour


STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    b"x-index-version: %d\r\nx-slot: %s\r\n\r\n"
)


def streams(*parts: bytes, until: asyncio.Event | None = None, reset: bool = False) -> Behaviour:
    """Sends `parts` (the last one once `until` is set), then ends the stream, or resets it."""

    async def behaviour(backend: StandIn, request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM_HEAD % (backend.version or 0, backend.slot.encode()))
        for number, part in enumerate(parts, 1):
            if number == len(parts) and until is not None:
                await until.wait()
            writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            await writer.drain()
        if reset:
            writer.transport.abort()
        else:
            writer.write(b"0\r\n\r\n")

    return behaviour


@dataclass
class World:
    """Two stand-ins, a router's own server before them, and its pointer."""

    data_dir: Path
    v1: StandIn
    v2: StandIn
    router: Router
    url: str
    client: aiohttp.ClientSession

    def point(self, epoch: int, slot: str, version: int, fallback: Fallback | None = None) -> None:
        pointer.write(self.data_dir, Pointer(epoch, slot, version, fallback))

    def get(self, path: str, **options: object) -> aiohttp.client._RequestContextManager:
        return self.client.get(self.url + path, **options)

    def ask(self, **options: object) -> aiohttp.client._RequestContextManager:
        return self.client.post(self.url + "/api/ask", json={"question": "?"}, **options)

    def ask_streaming(self) -> aiohttp.client._RequestContextManager:
        return self.ask(headers={"Accept": "text/event-stream"})


async def not_django(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": [(b"x-from", b"django")]})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """`app` under uvicorn on a free port, as gunicorn's worker runs it."""
    # Of a socket without its protocol's number, asyncio doesn't know that it is TCP, and leaves
    # Nagle's algorithm on: 40 ms an answer. (uvloop, which the system runs on, always ends it.)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind((HOST, 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve([listener]))
    await until(lambda: server.started)
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listener.close()


@asynccontextmanager
async def world(data_dir: Path, **options: object) -> AsyncIterator[World]:
    v1, v2 = StandIn("v1", 1), StandIn("v2", 2)
    await v1.start()
    await v2.start()
    settings = {"budget_seconds": 5.0, "health_seconds": 0.5} | options
    config = RouterConfig(data_dir, {"v1": v1.url, "v2": v2.url}, **settings)
    router = Router(config, not_django)
    async with serving(router) as url, aiohttp.ClientSession() as client:
        yield World(data_dir, v1, v2, router, url, client)
        await v1.die()
        await v2.die()


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Polls `condition`; fails when it is still false after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
