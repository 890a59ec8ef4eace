"""One request to one backend, once: a whole answer, an opened stream, or one of three failures."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from routing.data_plane.config import RouterConfig
from routing.data_plane.exchange import NO_SNIFFING, NOT_STORED, Answer, Headers
from routing.data_plane.patience import Patience

EVENT_STREAM = "text/event-stream"
# Below the backends' 75 s: whoever gives up an idle connection first must be the one that sends.
KEEPALIVE_SECONDS = 15.0
# Nothing that the client did not send, and no Accept-Encoding: bodies are handed on as they are.
NO_AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
HANDED_ON = frozenset(
    {
        "content-type", "content-language", "cache-control", "etag", "last-modified", "allow",
        "retry-after", "x-index-version", "x-slot",
    }
)  # fmt: skip


class BackendLost(Exception):
    """No whole answer came: refused, reset, closed, silent, or 503. Asking again is safe."""


class WrongVersion(Exception):
    """421: the slot holds another version than the one that the pointer named."""


class BackendSlow(Exception):
    """The backend lives, but its answer took longer than is allowed."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the backend is asked, whichever it is."""

    method: str
    target: str
    """Path and query at the backend, percent-encoded."""
    headers: dict[str, str]
    body: bytes | None

    @property
    def wants_stream(self) -> bool:
        return EVENT_STREAM in self.headers.get("Accept", "").lower()


@dataclass(frozen=True, slots=True)
class BackendHealth:
    """What a backend's /health said; status None when it did not answer in time."""

    status: int | None
    content: dict[str, Any]

    @property
    def version(self) -> int | None:
        version = self.content.get("version")
        return version if isinstance(version, int) else None

    def serves(self, version: int) -> bool:
        return self.status == 200 and self.version == version


class Stream:
    """An answer that has begun: its first bytes are here, the others are still to come."""

    def __init__(self, slot: str, response: aiohttp.ClientResponse, first: bytes) -> None:
        self.slot = slot
        self.status = response.status
        self.headers = _headers(response)
        self.degraded = False
        self._response = response
        self._first = first

    async def chunks(self) -> AsyncIterator[bytes]:
        """BackendLost or BackendSlow where it breaks off."""
        yield self._first
        with _failures(self.slot):
            async for chunk in self._response.content.iter_any():
                yield chunk

    def close(self) -> None:
        """Hangs up on the backend, unless the stream was read to its end."""
        self._response.close()


class Upstream:
    """The backends, over one pool of kept-alive connections."""

    def __init__(self, config: RouterConfig) -> None:
        self._config = config
        self._session: aiohttp.ClientSession | None = None
        seconds = config.connect_seconds
        self._answer_limits = aiohttp.ClientTimeout(
            total=config.answer_seconds, sock_connect=seconds
        )
        self._stream_limits = aiohttp.ClientTimeout(
            sock_connect=seconds, sock_read=config.silence_seconds
        )
        self._health_limits = aiohttp.ClientTimeout(total=config.health_seconds)

    async def ask(self, slot: str, version: int, call: Call) -> Answer | Stream:
        with _failures(slot):
            response = await self._open(slot, version, call)
            try:
                return await _received(slot, response)
            except BaseException:
                response.close()
                raise

    async def health(self, slot: str) -> BackendHealth:
        url = URL(self._config.backend_urls[slot] + "/health", encoded=True)
        try:
            async with self._pool().get(url, timeout=self._health_limits) as response:
                return BackendHealth(response.status, _object(await response.read()))
        except (aiohttp.ClientError, OSError):
            return BackendHealth(None, {})

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _open(self, slot: str, version: int, call: Call) -> aiohttp.ClientResponse:
        url = URL(self._config.backend_urls[slot] + call.target, encoded=True)
        limits = self._stream_limits if call.wants_stream else self._answer_limits
        headers = call.headers | {"X-Expect-Version": str(version)}
        patience = Patience(self._config.budget_seconds, lambda: self._lives(slot))
        try:
            async with patience:
                return await self._pool().request(
                    call.method, url, data=call.body, headers=headers, timeout=limits,
                    allow_redirects=False,
                )  # fmt: skip
        except TimeoutError as error:
            if patience.lost:
                raise BackendLost(f"Backend {slot} is silent, and so is its /health.") from error
            raise

    async def _lives(self, slot: str) -> bool:
        return (await self.health(slot)).status is not None

    def _pool(self) -> aiohttp.ClientSession:
        """Made at the first request: a session belongs to the event loop that is running."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=NO_AUTOMATIC,
            )
        return self._session


async def _received(slot: str, response: aiohttp.ClientResponse) -> Answer | Stream:
    if response.content_type == EVENT_STREAM:
        first = await response.content.readany()
        if not first:
            raise BackendLost(f"Backend {slot} ended its stream before the first byte.")
        return Stream(slot, response, first)
    body = await response.read()
    if response.status == 421:
        raise WrongVersion(f"Backend {slot} holds another version: {_detail(body)}")
    if response.status == 503:
        raise BackendLost(f"Backend {slot} has nothing to answer from: {_detail(body)}")
    return Answer(response.status, _headers(response), body, slot)


def _headers(response: aiohttp.ClientResponse) -> Headers:
    kept = [
        (name.lower().encode(), value.encode("latin-1", "replace"))
        for name, value in response.headers.items()
        if name.lower() in HANDED_ON
    ]
    if "cache-control" not in response.headers:
        kept.append(NOT_STORED)
    return [*kept, NO_SNIFFING]


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _detail(body: bytes) -> str:
    return str(_object(body).get("detail") or body[:200])


@contextmanager
def _failures(slot: str) -> Iterator[None]:
    """The client library's exceptions, mapped once."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise BackendLost(f"Backend {slot} takes no connection.") from error
    except TimeoutError as error:
        raise BackendSlow(f"Backend {slot} took too long.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise BackendLost(f"Backend {slot}: {error or type(error).__name__}") from error
