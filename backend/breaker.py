"""Asks a provider that keeps failing no more for a while, and then with one question first."""

import time
from collections.abc import Callable

FAILURES = 3  # in a row
REST_SECONDS = 30.0


class Breaker:
    """`refuses` before a call; `failed` or `succeeded` after each that was made.

    A provider that would not answer one question has not failed: others are not to suffer for it.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._closed_until = 0.0
        self.reason = ""  # of the last failure

    def refuses(self) -> bool:
        """While it rests; the first question after that is let through, the others wait for it."""
        if self._failures < FAILURES:
            return False
        if self._now() < self._closed_until:
            return True
        self._rest()
        return False

    def failed(self, reason: str) -> None:
        self.reason = reason
        self._failures += 1
        if self._failures >= FAILURES:
            self._rest()

    def succeeded(self) -> None:
        self._failures = 0

    def _rest(self) -> None:
        self._closed_until = self._now() + REST_SECONDS
