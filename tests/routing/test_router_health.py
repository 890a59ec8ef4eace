"""GET /health and GET /metrics: what is served, in what state, told by the parts themselves."""

import asyncio
import os
import subprocess
import sys
import textwrap
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from routing import behind
from routing.behind import Behind
from routing.pointer import Fallback
from tests.routing.router_servers import World, streams, world


@pytest.fixture
async def site(tmp_path):
    async with world(tmp_path) as ready:
        ready.point(7, "v1", 1)
        yield ready


async def health(site: World) -> tuple[int, dict]:
    async with site.get("/health") as answer:
        return answer.status, await answer.json()


async def test_it_is_ok_when_the_active_backend_serves_what_the_pointer_names(site: World):
    assert await health(site) == (
        200,
        {
            "status": "ok",
            "active": {"slot": "v1", "version": 1, "documents": 3, "chunks": 7, "since": None},
            "slots": {
                "v1": {"state": "active", "version": 1},
                "v2": {"state": "standby", "version": 2},
            },
            "epoch": 7,
        },
    )


async def test_it_tells_how_far_what_is_served_is_behind(site: World):
    behind.write(site.data_dir, Behind(time.time(), 7, 3, False, "held"))
    assert (await health(site))[1]["sync"] == {"in_sync": False, "edits": 3, "mode": "held"}


@pytest.mark.parametrize(("age", "epoch"), [(3600.0, 7), (-3600.0, 7), (0.0, 6), (0.0, 8)])
async def test_it_tells_nothing_of_another_time_or_switch(site: World, age: float, epoch: int):
    behind.write(site.data_dir, Behind(time.time() - age, epoch, 0, True, "auto"))
    assert "sync" not in (await health(site))[1]


async def test_it_tells_nothing_of_a_file_that_is_not_ours(site: World):
    path = behind.path(site.data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    for text in ("", "[]", "{}", '{"at": "now"}', '{"at": 1, "epoch": 7, "edits": 0, "mode": []}'):
        path.write_text(text)
        assert "sync" not in (await health(site))[1]


def test_an_earlier_look_does_not_overwrite_a_later_one(tmp_path):
    behind.write(tmp_path, Behind(20.0, 7, 3, False, "auto"))
    behind.write(tmp_path, Behind(10.0, 7, 0, True, "auto"))
    assert behind.read(tmp_path) == Behind(20.0, 7, 3, False, "auto")


async def test_an_empty_other_slot_is_no_trouble(site: World):
    site.v2.version = None
    status, content = await health(site)
    assert (status, content["status"]) == (200, "ok")
    assert content["slots"]["v2"] == {"state": "empty", "version": None}


async def test_it_names_the_fallback(site: World):
    site.point(7, "v1", 1, Fallback("v2", 2))
    assert (await health(site))[1]["slots"]["v2"] == {"state": "fallback", "version": 2}


async def test_it_is_degraded_when_the_other_slot_is_away(site: World):
    await site.v2.die()
    status, content = await health(site)
    assert (status, content["status"]) == (200, "degraded")
    assert content["slots"]["v2"]["state"] == "unreachable"


async def test_it_is_down_when_the_active_backend_is_away(site: World):
    await site.v1.die()
    status, content = await health(site)
    assert (status, content["status"]) == (503, "down")
    assert content["active"] == {
        "slot": "v1",
        "version": 1,
        "documents": None,
        "chunks": None,
        "since": None,
    }
    assert content["code"] == "backend_unavailable"


async def test_it_is_degraded_but_503_while_only_the_fallback_answers(site: World):
    site.point(7, "v1", 1, Fallback("v2", 2))
    await site.v1.die()
    status, content = await health(site)
    assert (status, content["status"]) == (503, "degraded")


async def test_it_is_down_when_the_active_backend_serves_something_else(site: World):
    site.v1.version = 5
    status, content = await health(site)
    assert (status, content["status"]) == (503, "down")
    assert content["slots"]["v1"] == {"state": "wrong_version", "version": 5}


async def test_a_backend_that_hangs_delays_it_by_its_limit_alone(tmp_path):
    async with world(tmp_path, health_seconds=0.2) as site:
        site.point(7, "v1", 1)
        site.v1.silent = site.v2.silent = True
        async with asyncio.timeout(2):
            assert (await health(site))[0] == 503


async def samples(site: World) -> dict[tuple[str, frozenset], float]:
    async with site.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        families = text_string_to_metric_families(await answer.text())
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }


def key(name: str, **labels: str) -> tuple[str, frozenset]:
    return name, frozenset(labels.items())


async def test_metrics_tell_what_is_served(site: World):
    found = await samples(site)
    assert found[key("kb_serving_version")] == 1
    assert found[key("kb_index_coverage")] == 1
    assert found[key("kb_serving_epoch")] == 7
    assert found[key("kb_serving_slot", backend="v1")] == 1
    assert found[key("kb_serving_slot", backend="v2")] == 0
    await site.v2.die()
    found = await samples(site)
    assert found[key("kb_backend_up", backend="v1")] == 1
    assert found[key("kb_backend_up", backend="v2")] == 0


async def test_metrics_count_requests_by_outcome(site: World):
    before = await samples(site)
    site.v1.behaviours = [streams(b": x\n\n", reset=True)]
    async with site.ask_streaming() as answer:
        await answer.read()
    async with site.ask() as answer:
        await answer.read()
    async with site.get("/api/ask") as answer:
        await answer.read()
    after = await samples(site)

    def grew(**labels: str) -> float:
        name = key("kb_requests_total", **labels)
        return after[name] - before[name]

    assert grew(endpoint="ask", slot="v1", outcome="ok") == 1
    assert grew(endpoint="ask", slot="v1", outcome="stream_lost") == 1
    assert grew(endpoint="ask", slot="none", outcome="refused") == 1
    assert grew(endpoint="search", slot="v2", outcome="unavailable") == 0
    counted = key("kb_request_duration_seconds_count", endpoint="ask")
    assert after[counted] - before[counted] == 3


async def test_metrics_of_all_processes_are_read(tmp_path):
    """One process counted and ended, another one is scraped."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    count = "from routing.data_plane.metrics import RETRIES; RETRIES.labels('backend_lost').inc(3)"
    show = textwrap.dedent("""
        from routing.data_plane.metrics import RETRIES, ServedState, exposition
        RETRIES.labels('backend_lost').inc(4)
        print(exposition(ServedState(None, {})).decode())
    """)
    subprocess.run([sys.executable, "-c", count], env=environment, check=True)
    shown = subprocess.run(
        [sys.executable, "-c", show], env=environment, check=True, capture_output=True, text=True
    )
    assert 'kb_router_retries_total{reason="backend_lost"} 7.0' in shown.stdout
    assert "kb_serving_version 0.0" in shown.stdout
