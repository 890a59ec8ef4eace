"""How often the whole folder is scanned while nobody says that it changed.

A scan of tens of thousands of files takes a second of a process that also builds: by rests in
proportion, the schedule's scans take a small share of its time, whatever the folder's size.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

SHARE = 0.02
LONGEST_REST = 60.0  # seconds: as long may an event that was lost stay unnoticed

_rests_until = 0.0


def is_due() -> bool:
    return time.monotonic() >= _rests_until


@contextmanager
def measured() -> Iterator[None]:
    """Around a scan. By the time on the CPU: what others do meanwhile does not slow the pace."""
    global _rests_until
    started = time.thread_time()
    try:
        yield
    finally:
        rest = min((time.thread_time() - started) / SHARE, LONGEST_REST)
        _rests_until = time.monotonic() + rest
