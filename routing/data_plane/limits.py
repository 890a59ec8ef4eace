"""Rate limits per client, counted together by all web workers of one machine.

A sliding window of two counters (the window before, weighted by how much of it still counts, and
this one) in a small mapped file. Approximate in two ways: requests of the window before are taken
as evenly spread, and a table that is full of busy clients forgets the one that was idle longest.
"""

import fcntl
import ipaddress
import logging
import math
import mmap
import os
import struct
import threading
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

logger = logging.getLogger(__name__)

# Client, Unix time at which its window ends, count in the window before, count in this one.
ENTRY = struct.Struct("<QQII")
WAYS = 8
BUCKETS = 8192
BUCKET_BYTES = WAYS * ENTRY.size
TABLE_BYTES = BUCKETS * BUCKET_BYTES
PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class MalformedLimit(ValueError):
    """A rate limit setting that cannot be read."""


@dataclass(frozen=True)
class Limit:
    name: str
    requests: int
    seconds: int


def parse(name: str, text: str) -> Limit | None:
    """A Limit from "6000/minute"; None, no limit, from "0"; else MalformedLimit."""
    if text.strip() == "0":
        return None
    amount, _, period = text.strip().partition("/")
    if not amount.isdecimal() or int(amount) == 0 or period not in PERIODS:
        raise MalformedLimit(
            f"{name}={text!r} is not a limit such as 6000/minute (second, minute, hour or day), "
            f"nor 0 for none."
        )
    return Limit(name, int(amount), PERIODS[period])


class RateLimits:
    def __init__(self, path: Path) -> None:
        """In a file that others share; where there is no room for it, this process counts alone."""
        self._descriptor: int | None = None
        self._mutex = threading.Lock()  # the file's lock does not keep out threads
        try:
            self._descriptor = _opened(path)
        except OSError:
            logger.exception("Rate limits are counted by each process alone: %s is not to be had",
                             path)  # fmt: skip
        self._table = mmap.mmap(-1 if self._descriptor is None else self._descriptor, TABLE_BYTES)

    def take(self, limit: Limit, client: str, now: float) -> int:
        """Counts one request at `now` (Unix time): 0 when it may pass, else seconds to wait."""
        key = _key(limit, client)
        start = key % BUCKETS * BUCKET_BYTES
        with self._mutex:
            if self._descriptor is None:
                return self._count(limit, key, start, now)
            # Not a record lock: a process loses these as soon as it closes the file anywhere, as
            # a page of a source does, which has a router of its own.
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                return self._count(limit, key, start, now)
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        self._table.close()
        if self._descriptor is not None:
            os.close(self._descriptor)

    def _count(self, limit: Limit, key: int, start: int, now: float) -> int:
        end = (int(now // limit.seconds) + 1) * limit.seconds
        offset, previous, current = self._find(key, start, end, limit.seconds)
        passed = 1 - (end - now) / limit.seconds
        wait = _wait(limit, previous, current, passed)
        if wait == 0:
            current += 1
        ENTRY.pack_into(self._table, offset, key, end, previous, current)
        return wait

    def _find(self, key: int, start: int, end: int, seconds: int) -> tuple[int, int, int]:
        """Where this client is counted (its place, or that of the longest idle), and its counts."""
        idlest, earliest = start, end + seconds
        for offset in range(start, start + BUCKET_BYTES, ENTRY.size):
            known, then, previous, current = ENTRY.unpack_from(self._table, offset)
            if known == key:
                if then == end:
                    return offset, previous, current
                return offset, (current if then == end - seconds else 0), 0
            if then < earliest:
                idlest, earliest = offset, then
        return idlest, 0, 0


def _opened(path: Path) -> int:
    """Its descriptor, once the disk has room for all of it.

    A hole that finds no room when it is first written to ends the process, by SIGBUS.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, TABLE_BYTES)
        else:  # macOS
            os.ftruncate(descriptor, TABLE_BYTES)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _wait(limit: Limit, previous: int, current: int, passed: float) -> int:
    """Seconds until one more request fits; 0 when it fits now. `passed`: share of the window."""
    if previous * (1 - passed) + current + 1 <= limit.requests:
        return 0
    if current < limit.requests:
        free = 1 - (limit.requests - current - 1) / previous
        return max(1, math.ceil((free - passed) * limit.seconds))
    share = 1 - (limit.requests - 1) / current
    return max(1, math.ceil((1 - passed + share) * limit.seconds))


def _key(limit: Limit, client: str) -> int:
    text = f"{limit.name} {limit.requests}/{limit.seconds} {_network(client)}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") or 1


def _network(client: str) -> str:
    """An IPv6 host owns its whole /64, so that is what is counted."""
    if ":" not in client:
        return client
    try:
        return str(ipaddress.IPv6Network((client.partition("%")[0], 64), strict=False))
    except ValueError:
        return client
