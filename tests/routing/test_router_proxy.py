"""Which backend answers: through switches, restarts, deaths, and with the fallback."""

import asyncio
import time

import pytest

from routing.pointer import Fallback
from tests.routing.router_servers import (
    World,
    answers,
    cut_in_mid_answer,
    drops,
    never_answers,
    respond,
    says,
    until,
    world,
)

FALLBACK = Fallback("v2", 2)


@pytest.fixture
async def site(tmp_path):
    async with world(tmp_path) as ready:
        ready.point(1, "v1", 1)
        yield ready


async def test_it_follows_the_pointer_at_once(site: World):
    for epoch in range(2, 30):
        slot, version = ("v1", 1) if epoch % 2 else ("v2", 2)
        site.point(epoch, slot, version)
        async with site.ask() as answer:
            assert (await answer.json())["slot"] == slot


async def test_it_asks_again_when_the_pointer_moved_while_it_asked(site: World):
    async def reassigned(backend, request, writer):
        """The slot was given to a candidate after the router had read the pointer."""
        backend.version = 3
        site.point(2, "v2", 2)
        await answers(backend, request, writer)

    site.v1.behaviours = [reassigned]
    async with site.ask() as answer:
        assert answer.status == 200
        assert await answer.json() == {"answer": "yes", "version": 2, "slot": "v2"}
    assert len(site.v1.received) == 1


async def test_a_candidate_never_answers_the_public(site: World):
    """The pointer names version 1, but the slot holds a candidate: refused, never answered."""
    site.v1.version = 9
    site.point(2, "v1", 1, FALLBACK)
    async with world(site.data_dir, budget_seconds=0.2) as hurried:
        hurried.v1.version = 9
        async with hurried.ask() as answer:
            assert (await answer.json())["version"] == 2
            assert answer.headers["X-Degraded"] == "1"


async def test_an_answer_that_was_cut_is_asked_for_again(site: World):
    site.v1.behaviours = [cut_in_mid_answer, drops]
    async with site.ask() as answer:
        assert answer.status == 200
        assert (await answer.json())["answer"] == "yes"
    assert len(site.v1.received) == 3


async def test_it_waits_for_the_active_backend_s_restart(site: World):
    async with site.ask() as answer:
        assert answer.status == 200
    await site.v1.die()
    waiting = [asyncio.ensure_future(_status(site)) for _ in range(50)]
    await until(lambda: site.router._proxy.outages.of("v1") is not None)
    await site.v1.start()
    assert await asyncio.gather(*waiting) == [(200, "v1", None)] * 50


async def test_many_that_wait_ask_whether_it_is_back_as_one(site: World):
    await site.v1.die()
    waiting = [asyncio.ensure_future(_status(site)) for _ in range(100)]
    await until(lambda: site.router._proxy.outages.of("v1") is not None)
    site.v1.version = None  # alive, still without its version
    await site.v1.start()
    await until(lambda: site.v1.health_checks >= 3)
    assert site.v1.received == []
    site.v1.version = 1
    assert await asyncio.gather(*waiting) == [(200, "v1", None)] * 100
    assert site.v1.health_checks < 20


async def test_it_notices_a_switch_while_it_waits(site: World):
    await site.v1.die()
    waiting = asyncio.ensure_future(_status(site))
    await until(lambda: site.router._proxy.outages.of("v1") is not None)
    site.point(2, "v2", 2)
    assert await waiting == (200, "v2", None)


async def test_the_fallback_answers_after_the_budget_and_says_so(tmp_path):
    async with world(tmp_path, budget_seconds=0.3) as site:
        site.point(1, "v1", 1, FALLBACK)
        await site.v1.die()
        began = time.monotonic()
        assert await _status(site) == (200, "v2", "1")
        assert time.monotonic() - began > 0.25
        # The outage is known by now: nobody else waits for it.
        began = time.monotonic()
        assert await _status(site) == (200, "v2", "1")
        assert time.monotonic() - began < 0.2


async def test_the_active_backend_answers_again_after_an_outage(tmp_path):
    async with world(tmp_path, budget_seconds=0.2) as site:
        site.point(1, "v1", 1, FALLBACK)
        await site.v1.die()
        assert await _status(site) == (200, "v2", "1")
        await site.v1.start()
        await until(lambda: site.router._proxy.outages.of("v1") is None)
        assert await _status(site) == (200, "v1", None)


async def test_a_fallback_that_was_cleared_is_not_used(tmp_path):
    async with world(tmp_path, budget_seconds=0.5) as site:
        site.point(1, "v1", 1, FALLBACK)
        await site.v1.die()
        waiting = asyncio.ensure_future(_status(site))
        await until(lambda: site.router._proxy.outages.of("v1") is not None)
        site.point(1, "v1", 1, None)
        assert (await waiting)[0] == 503
        assert site.v2.received == []


async def test_without_a_fallback_it_says_when_to_come_back(tmp_path):
    async with world(tmp_path, budget_seconds=0.2) as site:
        site.point(1, "v1", 1)
        await site.v1.die()
        async with site.ask() as answer:
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) >= 1
            content = await answer.json()
            assert content["code"] == "backend_unavailable"
            assert "v1" in content["detail"]


async def test_a_fallback_that_is_away_too_is_told(tmp_path):
    async with world(tmp_path, budget_seconds=0.2) as site:
        site.point(1, "v1", 1, FALLBACK)
        await site.v1.die()
        await site.v2.die()
        assert (await _status(site))[0] == 503


async def test_with_both_away_the_first_that_is_back_answers(tmp_path):
    """The outage of v1 is long known when v2 dies too, and v1 comes back: nobody is refused."""
    async with world(tmp_path, budget_seconds=0.5) as site:
        site.point(1, "v1", 1, FALLBACK)
        await site.v1.die()
        assert await _status(site) == (200, "v2", "1")
        await site.v2.die()
        waiting = asyncio.ensure_future(_status(site))
        await until(lambda: site.router._proxy.outages.of("v1") is not None)
        await site.v1.start()
        assert await waiting == (200, "v1", None)


async def test_a_backend_with_nothing_to_answer_from_counts_as_away(tmp_path):
    async with world(tmp_path, budget_seconds=0.2) as site:
        site.point(1, "v1", 1, FALLBACK)
        site.v1.version = None
        site.v1.behaviours = [says(503, {"code": "index_damaged", "detail": "Row 3."})] * 5
        assert await _status(site) == (200, "v2", "1")


async def test_a_backend_that_is_well_but_keeps_failing_is_given_up(tmp_path):
    async with world(tmp_path, budget_seconds=0.4) as site:
        site.point(1, "v1", 1, FALLBACK)
        site.v1.behaviours = [drops] * 1000
        assert await _status(site) == (200, "v2", "1")
        assert len(site.v1.received) < 12


async def test_a_backend_that_hangs_is_given_up_after_the_budget(tmp_path):
    async with world(tmp_path, budget_seconds=0.3, health_seconds=0.2) as site:
        site.point(1, "v1", 1, FALLBACK)
        site.v1.silent = True
        assert await _status(site) == (200, "v2", "1")


async def test_a_slow_answer_of_a_living_backend_is_waited_for(tmp_path):
    async with world(tmp_path, budget_seconds=0.1) as site:
        site.point(1, "v1", 1, FALLBACK)

        async def after_many_checks(backend, request, writer):
            await until(lambda: backend.health_checks >= 3)
            await answers(backend, request, writer)

        site.v1.behaviours = [after_many_checks]
        assert await _status(site) == (200, "v1", None)
        assert len(site.v1.received) == 1


async def test_an_answer_that_takes_too_long_is_ended(tmp_path):
    async with world(tmp_path, answer_seconds=0.3) as site:
        site.point(1, "v1", 1)
        site.v1.behaviours = [never_answers]
        async with site.ask() as answer:
            assert answer.status == 504
            assert (await answer.json())["code"] == "timeout"


async def test_a_connection_that_was_closed_while_idle_costs_nobody_an_answer(site: World):
    async def answers_and_hangs_up(backend, request, writer):
        await respond(writer, 200, {"answer": "yes", "version": 1, "slot": "v1"}, {"x-slot": "v1"})
        writer.transport.abort()  # without saying so before: a keep-alive that ran out

    site.v1.behaviours = [answers_and_hangs_up] * 40
    for _ in range(40):
        assert (await _status(site))[0] == 200


async def test_it_keeps_connections_to_the_backend_open(site: World):
    for _ in range(20):
        assert (await _status(site))[0] == 200
    assert site.v1.connections == 1


async def _status(site: World) -> tuple[int, str | None, str | None]:
    async with site.ask() as answer:
        await answer.read()
        return answer.status, answer.headers.get("X-Slot"), answer.headers.get("X-Degraded")
