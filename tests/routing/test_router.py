"""What the router takes, what it leaves to Django, and what passes through it."""

import asyncio
import json

import pytest
from yarl import URL

from routing.data_plane.config import RouterConfig
from routing.data_plane.limits import MalformedLimit
from routing.router import Router
from tests.routing.router_servers import World, not_django, says, world


@pytest.fixture
async def site(tmp_path):
    async with world(tmp_path) as ready:
        ready.point(1, "v1", 1)
        yield ready


async def test_it_answers_a_question_from_the_active_slot(site: World):
    async with site.ask() as answer:
        assert answer.status == 200
        assert answer.headers["X-Index-Version"] == "1"
        assert answer.headers["X-Slot"] == "v1"
        assert (await answer.json())["version"] == 1
    [received] = site.v1.received
    assert (received.method, received.target) == ("POST", "/ask")
    assert json.loads(received.body) == {"question": "?"}
    assert site.v2.received == []


@pytest.mark.parametrize(
    ("public", "internal"),
    [
        ("/api/search?q=a%20b%26c&k=3", "/search?q=a%20b%26c&k=3"),
        ("/api/search?q=%C3%A9t%C3%A9", "/search?q=%C3%A9t%C3%A9"),
        ("/api/sources/ops/a%20b.md?version=1", "/sources/ops/a%20b.md?version=1"),
        ("/api/sources/%2e%2e/ask", "/sources/%2e%2e/ask"),
        ("/api/suggestions", "/suggestions"),
    ],
)
async def test_it_hands_paths_and_queries_on_as_they_came(site: World, public, internal):
    async with site.client.get(URL(site.url + public, encoded=True)) as answer:
        assert answer.status == 200
    assert site.v1.received[0].target == internal


async def test_it_hands_on_no_cookie_and_no_credential(site: World):
    headers = {
        "Cookie": "sessionid=secret", "Authorization": "Bearer secret", "X-Purpose": "gate",
        "X-Expect-Version": "7", "Accept-Language": "fr", "Accept-Encoding": "gzip",
    }  # fmt: skip
    async with site.ask(headers=headers) as answer:
        assert answer.status == 200
    sent = site.v1.received[0].headers
    assert set(sent) == {
        "host", "accept", "accept-language", "content-type", "content-length", "x-expect-version",
    }  # fmt: skip
    assert sent["x-expect-version"] == "1"
    assert sent["accept-language"] == "fr"


async def test_it_leaves_everything_else_to_django(site: World):
    for path in ("/", "/admin/", "/api/ask/", "/api/status", "/api/sources", "/health/", "/asking"):
        async with site.get(path) as answer:
            assert answer.headers.get("X-From") == "django", path


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/ask", "POST"),
        ("OPTIONS", "/api/ask", "POST"),
        ("POST", "/api/search", "GET, HEAD"),
        ("DELETE", "/api/sources/a.md", "GET, HEAD"),
        ("PUT", "/health", "GET, HEAD"),
        ("POST", "/metrics", "GET, HEAD"),
    ],
)
async def test_it_refuses_another_method(site: World, method, path, allowed):
    async with site.client.request(method, site.url + path) as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == allowed
        assert (await answer.json())["code"] == "method_not_allowed"


async def test_it_answers_head_without_a_body(site: World):
    for path in ("/api/search?q=x", "/health", "/metrics"):
        async with site.client.head(site.url + path) as answer:
            assert answer.status == 200
            assert await answer.read() == b""


async def test_it_hands_on_what_the_backend_refuses(site: World):
    content = {"code": "invalid", "detail": "A question is needed."}
    site.v1.behaviours = [says(400, content)]
    async with site.ask() as answer:
        assert answer.status == 400
        assert await answer.json() == content
    assert len(site.v1.received) == 1


async def test_it_hands_on_a_generator_s_failure_once(site: World):
    site.v1.behaviours = [says(502, {"code": "generator_failed", "detail": "No."})]
    async with site.ask() as answer:
        assert answer.status == 502
        assert (await answer.json())["code"] == "generator_failed"
    assert len(site.v1.received) == 1


async def test_it_shows_nobody_a_backend_s_crash_page(site: World):
    site.v1.behaviours = [says(500, b"Traceback: secret", {"content-type": "text/plain"})]
    async with site.ask() as answer:
        assert answer.status == 502
        assert (await answer.json())["code"] == "backend_failed"


async def test_it_refuses_a_body_that_is_too_large_before_the_backend_sees_it(site: World):
    async with site.client.post(site.url + "/api/ask", data=b"x" * 300_000) as answer:
        assert answer.status == 413
        assert (await answer.json())["code"] == "too_large"
    assert site.v1.received == []


async def test_it_refuses_a_body_of_unsaid_length_that_grows_too_large(site: World):
    async def parts():
        for _ in range(10):
            yield b"x" * 50_000

    async with site.client.post(site.url + "/api/ask", data=parts()) as answer:
        assert answer.status == 413
    assert site.v1.received == []


async def test_it_says_that_there_is_no_version_yet(tmp_path):
    async with world(tmp_path) as site:
        for path in ("/api/search?q=x", "/api/sources/a.md", "/api/suggestions", "/health"):
            async with site.get(path) as answer:
                assert answer.status == 503
                assert int(answer.headers["Retry-After"]) >= 1
                assert (await answer.json())["code"] == "no_version"
        async with site.ask() as answer:
            assert answer.status == 503
        assert site.v1.received == []


async def test_it_survives_any_bytes(site: World):
    port = int(site.url.rsplit(":", 1)[1])
    for raw in (
        b"GET /api/search?q=\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /api/sources/\xc3\xa9.md HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Length: banana\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(raw)
        async with asyncio.timeout(5):
            answer = await reader.read()
        assert not answer.startswith(b"HTTP/1.1 5"), answer
        writer.close()
    async with site.ask() as answer:
        assert answer.status == 200


async def test_it_closes_a_websocket(tmp_path):
    router = Router(RouterConfig(tmp_path, {"v1": "http://127.0.0.1:1"}), not_django)
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message["type"])

    await router({"type": "websocket", "path": "/api/ask"}, receive, send)
    await router.close()
    assert sent == ["websocket.close"]


@pytest.mark.parametrize("text", ["", "many", "0/minute", "5/fortnight", "-1/minute", "5"])
def test_it_refuses_to_start_with_a_malformed_limit(tmp_path, text):
    config = RouterConfig(tmp_path, {"v1": "http://127.0.0.1:1"}, rate_limit_ask=text)
    with pytest.raises(MalformedLimit, match=r"RATE_LIMIT_ASK='.*' is not a limit such as"):
        Router(config, not_django)
