"""Serves Django's pages as they are, and stands in for the router's API with real HTTP and SSE.

The page of a source is asked of the real router, which finds its backend here.
What it answers depends on the question alone (`scripts.py`); what it serves can be changed over
HTTP (`PUT /stand-in/health`), and a question that begins with "step" sends its next event only
when told (`POST /stand-in/step`), so that a test sees every state without waiting for a clock.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ragsite.settings")

from retrieval import marked
from retrieval.marked import Quote
from tests.chat import scripts

DOCUMENTS = Path(__file__).parent / "documents"


class State:
    """What the tests change, and what they ask about afterwards."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.health: dict[str, Any] = scripts.health(42)
        self.steps: asyncio.Semaphore = asyncio.Semaphore(0)
        self.asked: list[dict[str, Any]] = []
        self.left = 0
        self.feedback: list[dict[str, Any]] = []


state = State()


async def ask(request: Request) -> Response:
    body = await request.json()
    state.asked.append(body)
    question = body["question"]
    if refusal := scripts.REFUSALS.get(question):
        status, content, headers = refusal
        return JSONResponse(content, status, headers)
    version = state.health["active"]["version"]
    headers = {"X-Index-Version": str(version), "X-Slot": "v2", "Cache-Control": "no-store"}
    events = scripts.events(question, version, len(body["history"]))
    return StreamingResponse(
        paced(question, events), headers=headers, media_type="text/event-stream"
    )


async def paced(question: str, events: list[tuple[str, Any]]) -> AsyncIterator[bytes]:
    yield b": open\n\n"
    try:
        for name, data in events:
            if question.startswith("step"):
                await state.steps.acquire()
            elif name == "token":
                await asyncio.sleep(0.005)
            yield f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
    except asyncio.CancelledError:
        state.left += 1
        raise


async def health(request: Request) -> Response:
    return JSONResponse(state.health, 503 if "code" in state.health else 200)


async def source(request: Request) -> Response:
    """As a backend answers: the page of a source is drawn from what the router reads there."""
    path, version = request.path_params["path"], request.query_params.get("version")
    quote = Quote(*(request.query_params.get(name, "") for name in ("quote", "until", "section")))
    if version == "7":
        return JSONResponse({"code": "version_collected", "detail": "Version 7 is not kept."}, 410)
    body = document(path)
    late = scripts.OVERDUE if version == "41" else {"review_by": "2099-12-31"}
    if body is None:
        return JSONResponse({"code": "document_not_found", "detail": f"No {path}."}, 404)
    page = marked.page(body, quote)
    return JSONResponse(
        {"document": path, "revision": 3, "title": Path(path).stem, "sha256": "", "html": page.html,
         "quote_found": page.found, "whole": page.whole, "body": body,
         "version": int(version or 42), "slot": "v2", "owner": "Storage team", **late}
    )  # fmt: skip


def document(path: str) -> str | None:
    if path.startswith("inert-"):
        payload = scripts.PAYLOADS[int(path.removeprefix("inert-").removesuffix(".md"))]
        return f"# {payload}\n\n{payload}\n"
    file = DOCUMENTS / path
    return file.read_text() if file.is_file() else None


async def feedback(request: Request) -> Response:
    """As the router does; a comment that begins with "refuse" is refused once."""
    given = await request.json()
    state.feedback.append(given)
    if given["comment"].startswith("refuse") and len(state.feedback) == 1:
        return JSONResponse({"code": "rate_limited", "detail": "Too many requests."}, 429)
    return JSONResponse({"status": "noted"}, 202)


async def suggestions(request: Request) -> Response:
    return JSONResponse({"questions": scripts.SUGGESTIONS})


async def control(request: Request) -> Response:
    """PUT replaces /health, POST lets the next event go, DELETE begins anew, GET says what was."""
    if request.method == "PUT":
        state.health = await request.json()
    elif request.method == "POST":
        state.steps.release()
    elif request.method == "DELETE":
        state.reset()
    return JSONResponse({"asked": state.asked, "left": state.left, "feedback": state.feedback})


app = Starlette(
    routes=[
        Route("/api/ask", ask, methods=["POST"]),
        Route("/api/feedback", feedback, methods=["POST"]),
        Route("/api/suggestions", suggestions),
        Route("/sources/{path:path}", source),
        Route("/health", health),
        Route("/stand-in/{what}", control, methods=["GET", "PUT", "POST", "DELETE"]),
        Mount("/", get_asgi_application()),
    ]
)
