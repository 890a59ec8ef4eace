"""The public endpoints, answered before Django and without it: no database, no broker, no thread.

An ASGI application in front of Django's: it takes the paths below and hands on all others.
"""

import asyncio
import logging
import string
import time
from dataclasses import dataclass
from urllib.parse import quote

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp, Receive, Scope, Send

from routing import behind
from routing.data_plane import (
    credentials,
    exchange,
    feedback,
    health,
    limits,
    metrics,
    sse,
    time_travel,
)
from routing.data_plane.config import RouterConfig
from routing.data_plane.exchange import Answer, ClientGone
from routing.data_plane.limits import Limit, RateLimits
from routing.data_plane.pointer_cache import PointerCache
from routing.data_plane.proxy import Proxy
from routing.data_plane.public_errors import NotAllowed, NotSignedIn, Refusal, TooMany
from routing.data_plane.upstream import Call, Stream, Upstream

logger = logging.getLogger(__name__)

READ = ("GET", "HEAD")
FORWARDED = {b"content-type": "Content-Type", b"accept": "Accept",
             b"accept-language": "Accept-Language"}  # fmt: skip
SOURCES = "/api/sources/"


class ForDjango(Exception):
    """The call names a version: who may ask that, only Django knows.

    `body`: what was read of the call; None when nothing was.
    """

    def __init__(self, body: bytes | None = None) -> None:
        super().__init__()
        self.body = body


@dataclass(frozen=True, slots=True)
class Endpoint:
    name: str
    methods: tuple[str, ...] = READ
    limit: Limit | None = None
    is_open: bool = False
    """Also without a login: what monitoring reads, which tells nothing of what documents say."""


class Router:
    def __init__(self, config: RouterConfig, django: ASGIApp) -> None:
        """MalformedLimit when a rate limit of `config` cannot be read."""
        self._config = config
        self._django = django
        self._slots = tuple(config.backend_urls)
        self._pointers = PointerCache(config.data_dir)
        self._upstream = Upstream(config)
        self._proxy = Proxy(config, self._upstream, self._pointers)
        self._endpoints = _endpoints(config)
        self._limits = RateLimits(config.data_dir / "run" / "rate_limits")
        metrics.initialise(self._slots)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            endpoint = self._endpoint(scope["path"])
            if endpoint is None:
                await self._django(scope, receive, send)
            else:
                await self._serve(endpoint, scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def close(self) -> None:
        await self._proxy.outages.close()
        await self._upstream.close()
        self._limits.close()

    def _endpoint(self, path: str) -> Endpoint | None:
        return self._endpoints.get(SOURCES if path.startswith(SOURCES) else path)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _serve(self, endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        slot, outcome = "none", "client_gone"
        try:
            reply = await self._reply(endpoint, scope, receive)
            slot = reply.slot or "none"
            if isinstance(reply, Stream):
                outcome = await sse.relay(reply, receive, send)
            else:
                outcome = metrics.outcome_of(reply.status)
                await exchange.send_answer(reply, send)
        except ClientGone:
            pass  # counted as such; there is nobody to answer
        except ForDjango as call:
            outcome = "handed_on"
            read = receive if call.body is None else time_travel.replayed(call.body, receive)
            await self._django(scope, read, send)
        finally:
            metrics.REQUESTS.labels(endpoint.name, slot, outcome).inc()
            metrics.DURATION.labels(endpoint.name).observe(time.perf_counter() - started)

    async def _reply(self, endpoint: Endpoint, scope: Scope, receive: Receive) -> Answer | Stream:
        try:
            trusted = credentials.bears_token(scope, self._config.control_token)
            self._admit(endpoint, scope, trusted)
            if endpoint.name == "health":
                return await self._health()
            if endpoint.name == "metrics":
                return await self._metrics()
            if endpoint.name == "feedback":
                return await feedback.note(self._config.feedback_dir, scope, receive)
            return await self._proxy.ask(await self._call(endpoint, scope, receive, trusted))
        except Refusal as refusal:
            return exchange.refusal_answer(refusal)
        except (ClientGone, ForDjango):
            raise
        except Exception:
            logger.exception("%s %s failed in the router", scope["method"], scope["path"])
            return exchange.refusal_answer(Refusal("The request failed here; see the web log."))

    def _admit(self, endpoint: Endpoint, scope: Scope, trusted: bool) -> None:
        """Whether this client may ask this now, before a byte of the body is read."""
        if scope["method"] not in endpoint.methods:
            raise NotAllowed(scope["method"], endpoint.methods)
        admits = self._config.admits
        if admits and not (trusted or endpoint.is_open or admits(scope["headers"])):
            raise NotSignedIn
        if endpoint.limit is not None and not trusted:
            client = scope["client"][0] if scope.get("client") else "local"
            if wait := self._limits.take(endpoint.limit, client, time.time()):
                raise TooMany(wait)

    async def _call(
        self, endpoint: Endpoint, scope: Scope, receive: Receive, trusted: bool
    ) -> Call:
        target = _target(scope)
        headers = {
            FORWARDED[name]: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in FORWARDED
        }
        if trusted:
            headers |= credentials.purpose(scope)
        if scope["method"] != "POST":
            if (
                endpoint.name == "search"
                and time_travel.searched_in(scope["query_string"]) is not None
            ):
                raise ForDjango
            return Call("GET", target, headers, None)
        body = await exchange.read_body(scope, receive, self._config.max_body_bytes)
        if time_travel.asked_of(body) is not None:
            raise ForDjango(body)
        return Call("POST", target, headers, body)

    async def _health(self) -> Answer:
        backends = await health.ask_backends(self._upstream, self._slots)
        pointer = self._pointers.current()
        sync = behind.told(self._config.data_dir, pointer, time.time())
        return health.report(pointer, backends, sync)

    async def _metrics(self) -> Answer:
        backends = await health.ask_backends(self._upstream, self._slots)
        state = metrics.ServedState(self._pointers.current(), backends)
        text = await asyncio.to_thread(metrics.exposition, state)
        return Answer(200, [(b"content-type", CONTENT_TYPE_LATEST.encode())], text)


def _endpoints(config: RouterConfig) -> dict[str, Endpoint]:
    asking = limits.parse("RATE_LIMIT_ASK", config.rate_limit_ask)
    searching = limits.parse("RATE_LIMIT_SEARCH", config.rate_limit_search)
    return {
        "/api/ask": Endpoint("ask", ("POST",), asking),
        "/api/feedback": Endpoint("feedback", ("POST",), asking),
        "/api/search": Endpoint("search", READ, searching),
        SOURCES: Endpoint("sources", READ, searching),
        "/api/suggestions": Endpoint("suggestions", READ, searching),
        "/health": Endpoint("health", is_open=True),
        "/metrics": Endpoint("metrics", is_open=True),
    }


def _target(scope: Scope) -> str:
    """The backend's path and query: the public ones without /api, still percent-encoded."""
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    query: bytes = scope["query_string"]
    target = path.removeprefix(b"/api") + (b"?" + query if query else b"")
    return quote(target, safe=string.punctuation)
