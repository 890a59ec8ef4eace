"""What each switch counts and times, and whether a hold is in place; /metrics collects it.

In a registry of its own, as the builder's: several processes may switch, and each writes its file.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from retrieval.metrics import Counter, Gauge, Histogram
from routing.errors import EpochConflict, RoutingError
from routing.models import Activation

RESULTS = ("done", "conflict", "refused", "failed")
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

registry = CollectorRegistry()

activations = Counter(
    "kb_activations",
    "Wishes to serve another version, by kind and by how they ended.",
    ["kind", "result"],
    registry=registry,
)
duration = Histogram(
    "kb_switch_duration_seconds",
    "From the wish to the pointer that names the version, of those that were done.",
    ["kind"],
    buckets=SECONDS,
    registry=registry,
)
hold_active = Gauge(
    "kb_hold_active",
    "1 while versions do not go live by themselves, since somebody rolled back.",
    registry=registry,
    multiprocess_mode="mostrecent",
)

for kind in Activation.Kind.values:
    duration.labels(kind)
    for result in RESULTS:
        activations.labels(kind, result)


@contextmanager
def measured(kind: str) -> Iterator[None]:
    """Around one wish that would change what is served."""
    started, result = time.perf_counter(), "failed"
    try:
        yield
        result = "done"
        duration.labels(kind).observe(time.perf_counter() - started)
    except EpochConflict:
        result = "conflict"
        raise
    except RoutingError:
        result = "refused"
        raise
    finally:
        activations.labels(kind, result).inc()
