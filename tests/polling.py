"""Waiting without sleeping blindly: a condition is polled until it holds or the deadline passes."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import httpx

SHORTEST, LONGEST = 0.02, 1.0  # seconds between two looks
RARER = 0.03  # of the time that it takes already

T = TypeVar("T")
_never = threading.Event()


def eventually(condition: Callable[[], T], *, within: float = 15.0, what: str = "") -> T:
    """The first true value of `condition`; AssertionError with its last value after `within` s.

    An assertion or a connection that fails inside `condition` counts as "not yet", and is what the
    error shows. The longer it takes, the more rarely it is asked: that costs what it waits for.
    """
    started = time.monotonic()
    deadline = started + within
    last: object = None
    while True:
        try:
            if value := condition():
                return value
            last = value
        except (AssertionError, OSError, httpx.TransportError) as error:
            last = error
        now = time.monotonic()
        if now > deadline:
            raise AssertionError(f"Not within {within:g} s: {what or condition!r}; last: {last!r}")
        _never.wait(min(max(SHORTEST, RARER * (now - started)), LONGEST))
