"""The ASGI application that gunicorn runs for each slot: `backend.app:app`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend import endpoints, errors
from backend.config import Config
from backend.errors import BackendError
from backend.service import Service
from retrieval.errors import RetrievalError

logger = logging.getLogger(__name__)


def create_app(config: Config) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        service = Service(config)
        app.state.service = service
        # Not awaited: the port answers at once, and the first question joins this very load.
        warming = asyncio.create_task(_warm(service))
        yield
        warming.cancel()
        await service.close()

    return Starlette(
        routes=[
            Route("/health", endpoints.health),
            Route("/ask", endpoints.ask, methods=["POST"]),
            Route("/search", endpoints.search),
            Route("/sources/{path:path}", endpoints.source),
            Route("/suggestions", endpoints.suggestions),
        ],
        exception_handlers={
            BackendError: _told,
            RetrievalError: _told,
            HTTPException: _http_error,
            Exception: _unexpected,
        },
        lifespan=lifespan,
    )


async def _warm(service: Service) -> None:
    try:
        await service.holder.current()
    except (BackendError, RetrievalError) as error:
        logger.info("Backend %s waits: %s", service.slot, error)
        await asyncio.to_thread(service.retriever.preload)


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, BackendError | RetrievalError)
    status = errors.status(error)
    headers = {"X-Slot": request.app.state.service.slot} | _of_version(request, status)
    if status == 503:
        headers |= errors.RETRY_AFTER
    return JSONResponse(errors.body(error), status, headers=headers)


def _of_version(request: Request, status: int) -> dict[str, str]:
    """For whom expected a version: what was refused was refused by it, or whatever it holds."""
    expected = request.headers.get("x-expect-version", "")
    if status in (421, 503) or not expected.isdecimal():
        return {}
    return {"X-Index-Version": expected}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "error")
    content = {"code": code, "detail": f"{request.method} {request.url.path}: {error.detail}."}
    return JSONResponse(content, error.status_code, headers=error.headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    """The traceback goes to the log, by Starlette raising the error again after this answer."""
    return JSONResponse({"code": "error", "detail": errors.UNEXPECTED}, 500)


def _from_environ() -> Starlette:
    config = Config.from_environ()
    logging.basicConfig(
        level=config.log_level,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        datefmt="%H:%M:%S",
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return create_app(config)


app = _from_environ()
