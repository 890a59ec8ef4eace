"""The router through Django, as `runserver` and the test client reach it, and in the API's docs."""

import asyncio
import queue
import threading

import pytest
from django.test import Client, RequestFactory
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from routing import pointer
from routing.pointer import Pointer
from routing.router_view import read_from_router
from tests.routing.router_servers import StandIn, says, streams

TOKEN = b'event: token\ndata: {"text": "x"}\n\n'
DONE = b'event: done\ndata: {"answer": "x"}\n\n'


@pytest.fixture
def backend():
    """A stand-in on an event loop of its own: Django's client blocks this thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    stand_in = StandIn("v1", 1)
    asyncio.run_coroutine_threadsafe(stand_in.start(), loop).result(10)
    yield stand_in
    asyncio.run_coroutine_threadsafe(_end(stand_in), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _end(backend: StandIn) -> None:
    await backend.die()
    connections = asyncio.all_tasks() - {asyncio.current_task()}
    for connection in connections:
        connection.cancel()
    await asyncio.gather(*connections, return_exceptions=True)


@pytest.fixture
def client(backend, settings, tmp_path):
    settings.ROOT_URLCONF = "routing.public_urls"
    settings.DATA_DIR = tmp_path
    settings.DATA_DIR = tmp_path
    settings.BACKEND_URLS = {"v1": backend.url, "v2": "http://127.0.0.1:1"}
    pointer.write(tmp_path, Pointer(1, "v1", 1))
    return Client()


def ask(client: Client, **options):
    return client.post("/api/ask", {"question": "?"}, content_type="application/json", **options)


def test_it_answers_a_question(client, backend):
    answer = ask(client)
    assert answer.status_code == 200
    assert answer.json() == {"answer": "yes", "version": 1, "slot": "v1"}
    assert answer["X-Index-Version"] == "1"
    assert backend.received[0].body == b'{"question": "?"}'


def test_it_hands_on_paths_and_queries(client, backend):
    client.get("/api/sources/ops/é b.md?version=1")
    client.get("/api/search", {"q": "a&b é"})
    targets = [received.target for received in backend.received]
    assert targets == ["/sources/ops/%C3%A9%20b.md?version=1", "/search?q=a%26b+%C3%A9"]


def test_it_hands_on_a_refusal(client, backend):
    backend.behaviours = [says(415, {"code": "unsupported_media_type", "detail": "JSON, please."})]
    answer = client.post("/api/ask", b"<xml/>", content_type="text/xml")
    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"


def test_it_streams(client, backend):
    backend.behaviours = [streams(TOKEN, DONE)]
    answer = ask(client, headers={"Accept": "text/event-stream"})
    assert answer["Content-Type"] == "text/event-stream"
    assert b"".join(answer) == TOKEN + DONE


def test_it_ends_a_stream_that_nobody_reads_on(client, backend, db):
    # `db`: what is closed with the response are the connections that earlier tests opened, too.
    backend.behaviours = [streams(TOKEN, DONE, until=asyncio.Event())]
    answer = ask(client, headers={"Accept": "text/event-stream"})
    assert next(iter(answer)) == TOKEN
    answer.close()


def test_what_the_router_raises_is_raised(client):
    """Before a message, for which the page of a source would wait for ever."""
    raised: queue.SimpleQueue[Exception] = queue.SimpleQueue()

    def read() -> None:
        try:
            read_from_router(RequestFactory().get("/source/a.md"), "/nothing", {})
        except LookupError as error:
            raised.put(error)

    threading.Thread(target=read, daemon=True).start()
    assert str(raised.get(timeout=10)) == "/nothing is not one of the router's paths."


def test_it_tells_health_and_metrics(client):
    health = client.get("/health")
    assert health.status_code == 200
    assert health.json()["status"] == "degraded"
    assert health.json()["slots"]["v2"] == {"state": "unreachable", "version": None}
    assert b"kb_serving_version 1.0" in client.get("/metrics").content


def test_the_public_endpoints_are_in_the_api_s_docs():
    schema = SchemaGenerator(urlconf="routing.public_urls").get_schema(request=None, public=True)
    validate_schema(schema)
    assert set(schema["paths"]) == {
        "/api/ask", "/api/search", "/api/sources/{path}", "/api/suggestions", "/api/feedback",
        "/health", "/metrics",
    }  # fmt: skip
    answers = schema["paths"]["/api/ask"]["post"]["responses"]
    assert set(answers["200"]["content"]) == {"application/json", "text/event-stream"}
    assert {"400", "413", "415", "429", "502", "503", "504"} < set(answers)
