"""What is larger than any request may be is refused before it fills the disk."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from ragsite.bodies import AROUND, UPLOADS, BoundedBodies

USUAL = 6 * 10 + AROUND
UPLOAD = 1000 + AROUND


async def length(scope, receive, send):
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.fixture
def client():
    app = BoundedBodies(length, document=10, upload=1000)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here")


async def chunked(size):
    for _ in range(size // 100_000):
        yield b"x" * 100_000
    yield b"x" * (size % 100_000)


@pytest.mark.parametrize(("path", "limit"), [("/admin/login/", USUAL), (UPLOADS, UPLOAD)])
async def test_as_much_as_may_be_comes_through_and_no_more(client, path, limit):
    for body in (b"x" * limit, chunked(limit)):
        assert (await client.post(path, content=body)).text == str(limit)
    for body in (b"x" * (limit + 1), chunked(limit + 1)):
        assert (await client.post(path, content=body)).status_code == 413


async def test_what_is_refused_is_not_read(client):
    async def unread():
        raise AssertionError("read")
        yield b""

    refused = await client.post(
        "/api/documents/a.md", content=unread(), headers={"Content-Length": str(10**12)}
    )
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


async def test_a_length_that_is_none_is_left_to_the_server(client):
    answered = await client.post("/", content=chunked(5), headers={"Content-Length": "five"})
    assert answered.text == "5"
