"""The backend's protocol: each endpoint answers wholly from one version, and says from which."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from backend import errors, validation
from backend.citations import freshness
from backend.errors import BackendError, DocumentNotFound
from backend.exchange import Exchange
from backend.service import Service
from retrieval import markdown, marked
from retrieval.errors import RetrievalError
from retrieval.index import Hit, Index
from retrieval.marked import Quote

logger = logging.getLogger(__name__)

ASK_VERSION = "x-ask-version"
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def health(request: Request) -> Response:
    index = await _served(request)
    manifest = index.manifest
    return _json(
        request,
        manifest.number,
        {
            "status": "ok",
            "slot": _service(request).slot,
            "version": manifest.number,
            "documents": manifest.documents,
            "chunks": manifest.chunks,
            "digest": manifest.digest,
            "fingerprint": manifest.fingerprint.as_dict(),
            "coverage": manifest.coverage,
        },
    )


async def ask(request: Request) -> Response:
    asked = await validation.asked(request)
    index = await _answering(request)
    exchange = Exchange(_service(request), index, asked, _purpose(request))
    headers = _headers(request, index.manifest.number)
    if _wants_stream(request):
        return StreamingResponse(
            _stream(exchange), media_type="text/event-stream", headers=headers | STREAM_HEADERS
        )
    return JSONResponse(await exchange.answer(), headers=headers)


async def search(request: Request) -> Response:
    searched = validation.searched(request)
    index = await _answering(request)
    retrieved = await _service(request).retriever.retrieve(
        index, searched.query, searched.k, lexical=searched.lexical
    )
    number = index.manifest.number
    return _json(
        request,
        number,
        {
            "results": [_result(hit) | freshness(index, hit.document) for hit in retrieved.hits],
            "version": number,
            "slot": _service(request).slot,
            "retrieval": retrieved.retrieval,
        },
    )


async def source(request: Request) -> Response:
    """A document as one version holds it; what is deleted in what is served is gone from all.

    Asked with a quote, its HTML is the page of that quote (`retrieval.marked`).
    """
    path = request.path_params["path"]
    quote = validation.quote(request)
    asked = validation.version(request.query_params.get("version"))
    index = await _served(request)
    if index.document(path) is None:
        raise DocumentNotFound(f"What is served holds no document {path[:200]!r}.")
    if asked is not None:
        index = await _service(request).holder.version(asked)
    found = index.document(path)
    if found is None:
        raise DocumentNotFound(f"Version {asked} holds no document {path[:200]!r}.")
    row, body = found
    number = index.manifest.number
    return _json(
        request,
        number,
        {
            "document": row.path,
            "revision": row.revision,
            "title": row.title,
            "sha256": row.sha256,
            "body": body,
            **await asyncio.to_thread(_page, body, quote),
            "version": number,
            "slot": _service(request).slot,
            **freshness(index, path),
        },
    )


def _page(body: str, quote: Quote | None) -> dict[str, Any]:
    if quote is None:
        return {"html": markdown.render(body)}
    page = marked.page(body, quote)
    return {"html": page.html, "quote_found": page.found, "whole": page.whole}


async def suggestions(request: Request) -> Response:
    index = await _served(request)
    questions = await _service(request).suggestions.of(index)
    return _json(request, index.manifest.number, {"questions": questions})


async def _answering(request: Request) -> Index:
    """What the slot holds, or beside it whatever kept version X-Ask-Version names."""
    asked = validation.version(request.headers.get(ASK_VERSION), "X-Ask-Version")
    if asked is None:
        return await _served(request)
    return await _service(request).holder.version(asked)


def _purpose(request: Request) -> str | None:
    """Why a program asks; None for people. A version asked by its number is never people's."""
    beside = "trial" if ASK_VERSION in request.headers else None
    return request.headers.get("x-purpose", beside)


async def _served(request: Request) -> Index:
    expected = validation.version(request.headers.get("x-expect-version"), "X-Expect-Version")
    return await _service(request).holder.current(expected)


async def _stream(exchange: Exchange) -> AsyncIterator[bytes]:
    """Server-sent events. The status is sent by then: what fails now is the last event."""
    async with aclosing(exchange.events()) as events:
        try:
            async for name, data in events:
                yield _event(name, data)
        except (BackendError, RetrievalError) as error:
            logger.warning("The answer failed: %s", error)
            yield _event("error", errors.body(error))
        except Exception:
            logger.exception("The answer failed.")
            yield _event("error", {"code": "error", "detail": errors.UNEXPECTED})


def _event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _result(hit: Hit) -> dict[str, Any]:
    return {
        "document": hit.document,
        "revision": hit.revision,
        "title": hit.title,
        "section": hit.section,
        "text": hit.text,
        "score": hit.score,
    }


def _wants_stream(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "").lower()


def _service(request: Request) -> Service:
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


def _headers(request: Request, version: int) -> dict[str, str]:
    return {"X-Index-Version": str(version), "X-Slot": _service(request).slot}


def _json(request: Request, version: int, content: dict[str, Any]) -> JSONResponse:
    return JSONResponse(content, headers=_headers(request, version))
