"""Streams: handed on as they come, whole, and always ended by `done` or `error`."""

import asyncio
import json

import pytest

from routing.data_plane.sse import WholeEvents
from routing.pointer import Fallback
from tests.routing.router_servers import World, drops, says, streams, until, world

TOKEN = b'event: token\ndata: {"text": "event: done"}\n\n'
DONE = b'event: done\ndata: {"answer": "x", "version": 1}\n\n'


@pytest.fixture
async def site(tmp_path):
    async with world(tmp_path) as ready:
        ready.point(1, "v1", 1)
        yield ready


async def test_it_hands_a_stream_on_byte_for_byte(site: World):
    site.v1.behaviours = [streams(b": hello\n\n", TOKEN, TOKEN, DONE)]
    async with site.ask_streaming() as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["X-Index-Version"] == "1"
        assert answer.headers["X-Slot"] == "v1"
        assert await answer.read() == b": hello\n\n" + TOKEN + TOKEN + DONE
    assert site.v1.received[0].headers["accept"] == "text/event-stream"


async def test_it_does_not_hold_an_event_back(site: World):
    go_on = asyncio.Event()
    site.v1.behaviours = [streams(TOKEN, DONE, until=go_on)]
    async with site.ask_streaming() as answer:
        assert await answer.content.readany() == TOKEN
        go_on.set()
        assert await answer.content.read() == DONE


async def test_a_stream_that_began_before_a_switch_ends_on_its_version(site: World):
    go_on = asyncio.Event()
    site.v1.behaviours = [streams(TOKEN, DONE, until=go_on)]
    async with site.ask_streaming() as answer:
        assert await answer.content.readany() == TOKEN
        site.point(2, "v2", 2)
        async with site.ask() as other:
            assert (await other.json())["slot"] == "v2"
        go_on.set()
        assert await answer.content.read() == DONE
        assert answer.headers["X-Slot"] == "v1"


async def test_a_backend_that_dies_in_mid_stream_is_told_by_an_event(site: World):
    site.v1.behaviours = [streams(TOKEN, b'event: token\ndata: {"te', reset=True)]
    async with site.ask_streaming() as answer:
        text = await answer.read()
    assert text.startswith(TOKEN + b"event: error\ndata: ")
    assert json.loads(text.rsplit(b"data: ", 1)[1])["code"] == "backend_lost"
    assert len(site.v1.received) == 1


async def test_a_stream_that_ends_without_its_last_event_is_told_too(site: World):
    site.v1.behaviours = [streams(TOKEN)]
    async with site.ask_streaming() as answer:
        text = await answer.read()
    assert b"event: error" in text
    assert b"backend_lost" in text


async def test_a_backend_s_own_error_event_ends_a_stream(site: World):
    failed = b'event: error\ndata: {"code": "generator_failed", "detail": "No."}\n\n'
    site.v1.behaviours = [streams(TOKEN, failed, reset=True)]
    async with site.ask_streaming() as answer:
        assert await answer.read() == TOKEN + failed


async def test_a_stream_that_falls_silent_is_ended(tmp_path):
    async with world(tmp_path, silence_seconds=0.2) as site:
        site.point(1, "v1", 1)
        site.v1.behaviours = [streams(TOKEN, DONE, until=asyncio.Event())]
        async with site.ask_streaming() as answer:
            text = await answer.read()
    assert json.loads(text.rsplit(b"data: ", 1)[1])["code"] == "timeout"


async def test_a_stream_that_has_not_begun_is_asked_for_again(site: World):
    site.v1.behaviours = [drops, streams(reset=True), streams(), streams(TOKEN, DONE)]
    async with site.ask_streaming() as answer:
        assert await answer.read() == TOKEN + DONE
    assert len(site.v1.received) == 4


async def test_the_fallback_streams(tmp_path):
    async with world(tmp_path, budget_seconds=0.2) as site:
        site.point(1, "v1", 1, Fallback("v2", 2))
        await site.v1.die()
        site.v2.behaviours = [streams(TOKEN, DONE)]
        async with site.ask_streaming() as answer:
            assert answer.headers["X-Degraded"] == "1"
            assert await answer.read() == TOKEN + DONE


async def test_a_stream_that_cannot_begin_gets_a_status(site: World):
    site.v1.behaviours = [says(400, {"code": "invalid", "detail": "Blank."})]
    async with site.ask_streaming() as answer:
        assert answer.status == 400
        assert answer.headers["Content-Type"] == "application/json"


async def test_a_client_that_leaves_ends_the_backend_s_stream(site: World):
    site.v1.behaviours = [streams(TOKEN, TOKEN, until=asyncio.Event())]
    answer = await site.ask_streaming()
    assert await answer.content.readany() == TOKEN
    answer.close()
    await until(lambda: site.v1.hung_up_on)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
def test_it_lets_whole_events_through_however_they_are_cut(size):
    text = b": ping\n\n" + TOKEN * 3 + DONE
    events = WholeEvents()
    passed = [events.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert b"".join(passed) == text
    assert all(part == b"" or part.endswith(b"\n\n") for part in passed)
    assert events.finished


def test_a_token_that_quotes_an_event_is_not_its_end():
    events = WholeEvents()
    events.feed(TOKEN)
    assert not events.finished
    events.feed(b"event:done\r\ndata: {}\r\n\r\n")
    assert events.finished
