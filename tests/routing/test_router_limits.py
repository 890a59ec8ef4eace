"""Rate limits: per client, counted together by several processes, told with a time to wait."""

import resource
import subprocess
import sys

import pytest

from routing.data_plane.limits import BUCKETS, TABLE_BYTES, WAYS, Limit, RateLimits, parse
from tests.routing.router_servers import world

FIVE = Limit("RATE_LIMIT_ASK", 5, 60)
NOON = 1_800_000_000 // 86400 * 86400 + 43200.0

TAKING = """
import sys
from pathlib import Path
from routing.data_plane.limits import RateLimits, parse

limits = RateLimits(Path(sys.argv[1]))
limit = parse("RATE_LIMIT_ASK", sys.argv[2])
sys.stdout.write("ready\\n")
sys.stdout.flush()
for line in sys.stdin:
    waits = [limits.take(limit, "192.0.2.1", float(sys.argv[4])) for _ in range(int(sys.argv[3]))]
    sys.stdout.write(f"{waits.count(0)}\\n")
    break
"""

PROBING = """
import fcntl, sys
with open(sys.argv[1], "r+") as file:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stdout.write("locked")
"""


@pytest.fixture
def limits(tmp_path):
    opened = RateLimits(tmp_path / "run" / "rate_limits")
    yield opened
    opened.close()


def test_it_reads_limits():
    assert parse("X", "6000/minute") == Limit("X", 6000, 60)
    assert parse("X", " 5/second ") == Limit("X", 5, 1)
    assert parse("X", "0") is None


def test_it_lets_the_limit_pass_and_says_how_long_to_wait(limits):
    assert [limits.take(FIVE, "192.0.2.1", NOON + 10) for _ in range(5)] == [0] * 5
    wait = limits.take(FIVE, "192.0.2.1", NOON + 10)
    assert 50 < wait <= 62 + 10
    assert limits.take(FIVE, "192.0.2.1", NOON + 10 + wait) == 0


def test_the_wait_that_it_says_is_enough_and_not_far_too_long(limits):
    for limit in (Limit("a", 1, 60), Limit("b", 7, 1), Limit("c", 6000, 60), Limit("d", 3, 86400)):
        for passed in (0.0, 0.31, 0.77, 0.999):
            client, now = f"{limit.name}{passed}", NOON + passed * limit.seconds
            while not (wait := limits.take(limit, client, now)):
                pass
            assert limits.take(limit, client, now + wait) == 0
            assert wait <= 2 * limit.seconds + 1


def test_a_window_s_end_gives_no_second_helping(limits):
    """Five at the end of one minute, and the next five a second later, would be ten in a second."""
    assert [limits.take(FIVE, "a", NOON + 59.5) for _ in range(5)] == [0] * 5
    assert all(limits.take(FIVE, "a", NOON + 60.5) for _ in range(5))


def test_refused_requests_do_not_lengthen_the_wait(limits):
    for _ in range(5):
        limits.take(FIVE, "a", NOON)
    waits = {limits.take(FIVE, "a", NOON) for _ in range(100)}
    assert len(waits) == 1


def test_clients_and_limits_are_counted_apart(limits):
    other = Limit("RATE_LIMIT_SEARCH", 5, 60)
    for _ in range(6):
        limits.take(FIVE, "192.0.2.1", NOON)
    assert limits.take(FIVE, "192.0.2.1", NOON) > 0
    assert limits.take(FIVE, "192.0.2.2", NOON) == 0
    assert limits.take(other, "192.0.2.1", NOON) == 0


def test_an_ipv6_network_is_one_client(limits):
    for host in range(5):
        assert limits.take(FIVE, f"2001:db8::{host}", NOON) == 0
    assert limits.take(FIVE, "2001:db8::ffff", NOON) > 0
    assert limits.take(FIVE, "2001:db8:0:1::1", NOON) == 0


def test_a_crowd_makes_it_forget_those_that_were_idle_longest(limits):
    for _ in range(5):
        limits.take(FIVE, "busy", NOON + 120)
    for host in range(BUCKETS * WAYS // 40):
        limits.take(FIVE, f"crowd-{host}", NOON)
    assert limits.take(FIVE, "busy", NOON + 120) > 0


def test_a_clock_that_was_set_back_locks_nobody_out(limits):
    for _ in range(6):
        limits.take(FIVE, "a", NOON + 7200)
    assert limits.take(FIVE, "a", NOON) == 0


@pytest.mark.parametrize(
    ("setting", "each", "passing"), [("5/minute", 5, 5), ("900/hour", 1000, 900)]
)
def test_processes_count_together(tmp_path, setting, each, passing):
    command = [sys.executable, "-c", TAKING, str(tmp_path / "rate_limits"), setting, str(each)]
    workers = [
        subprocess.Popen(
            [*command, str(NOON)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    passed = sum(int(worker.communicate()[0]) for worker in workers)
    assert passed == passing


def test_the_table_s_room_is_taken_at_once(limits, tmp_path):
    """A hole of it that finds a full disk later would end the web process, by SIGBUS."""
    table = (tmp_path / "run" / "rate_limits").stat()
    assert table.st_size == TABLE_BYTES
    assert table.st_blocks * 512 >= TABLE_BYTES


def test_without_room_for_the_table_a_process_counts_alone(tmp_path, caplog):
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, allowed[1]))
    try:
        limits = RateLimits(tmp_path / "rate_limits")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    assert "counted by each process alone" in caplog.text
    assert [limits.take(FIVE, "192.0.2.1", NOON) for _ in range(5)] == [0] * 5
    assert limits.take(FIVE, "192.0.2.1", NOON) > 0
    limits.close()


def test_a_router_that_ends_leaves_the_lock_to_the_other_of_its_process(tmp_path):
    path = tmp_path / "rate_limits"

    class Interrupted(RateLimits):
        found = ""

        def _count(self, *args):
            RateLimits(path).close()
            command = [sys.executable, "-c", PROBING, str(path)]
            self.found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            return super()._count(*args)

    limits = Interrupted(path)
    assert limits.take(FIVE, "192.0.2.1", NOON) == 0
    assert limits.found == "locked"
    limits.close()


async def test_it_answers_429_with_a_time_to_wait(tmp_path):
    async with world(tmp_path, rate_limit_ask="5/minute") as site:
        site.point(1, "v1", 1)
        statuses = []
        for _ in range(10):
            async with site.ask() as answer:
                statuses.append(answer.status)
                content = await answer.json()
        assert statuses == [200] * 5 + [429] * 5
        assert content["code"] == "rate_limited"
        assert 1 <= int(answer.headers["Retry-After"]) <= 120
        assert len(site.v1.received) == 5
        async with site.get("/api/search?q=x") as answer:
            assert answer.status == 200
        async with site.get("/health") as answer:
            assert answer.status == 200
