"""The web process as it is started: the router before Django."""

import os
import subprocess
import sys

import aiohttp
import pytest

from tests.routing.router_servers import serving
from tests.system import PROJECT


@pytest.fixture
async def url():
    from ragsite.asgi import application

    async with serving(application) as url:
        yield url


async def test_the_router_and_django_answer_on_one_port(url):
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{url}/health") as answer:
            assert answer.status == 503
            assert (await answer.json())["code"] == "no_version"
        async with client.get(f"{url}/api/schema/") as answer:
            assert answer.status == 200
            assert "openapi" in await answer.text()


def test_a_malformed_limit_is_refused_at_the_start_with_its_name():
    environment = os.environ | {"RATE_LIMIT_ASK": "lots"}
    started = subprocess.run(
        [sys.executable, "-c", "import ragsite.asgi"], cwd=PROJECT, env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    assert started.returncode != 0
    last_line = started.stderr.strip().splitlines()[-1]
    assert "RATE_LIMIT_ASK='lots' is not a limit such as 6000/minute" in last_line
