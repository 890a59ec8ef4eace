"""The router's own counters, and the text of /metrics for all processes.

With PROMETHEUS_MULTIPROC_DIR set, every process (web, backends, worker) writes its counters to
that folder, and whichever web worker is scraped reads them all. State is not counted but read at
scrape: the pointer and the backends' own word.
"""

import os
from collections.abc import Iterable, Mapping

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from retrieval.metrics import Counter, Histogram
from routing.data_plane.upstream import BackendHealth
from routing.pointer import Pointer

ENDPOINTS = ("ask", "search", "sources", "suggestions", "feedback", "health", "metrics")
FEEDBACK_KINDS = ("helpful", "unhelpful", "gap")
OUTCOMES = (
    "ok", "refused", "limited", "unavailable", "failed", "stream_lost", "client_gone", "handed_on",
)  # fmt: skip
BUCKETS = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
)  # fmt: skip

REQUESTS = Counter(
    "kb_requests",
    "Requests on the public endpoints; slot is the backend that answered, or none.",
    ["endpoint", "slot", "outcome"],
)
DURATION = Histogram(
    "kb_request_duration_seconds",
    "From the request's arrival to the last byte of its answer.",
    ["endpoint"],
    buckets=BUCKETS,
)
RETRIES = Counter("kb_router_retries", "Answers that a backend did not give at once.", ["reason"])
FALLBACK_ANSWERS = Counter(
    "kb_fallback_answers", "Answers given by the fallback because the active backend was away."
)
FEEDBACK = Counter("kb_feedback", "What readers said of answers, by kind.", ["kind"])


def initialise(slots: Iterable[str]) -> None:
    """Every series is there from the start, at 0: a first failure then shows as an increase."""
    for endpoint in ENDPOINTS:
        DURATION.labels(endpoint)
        for slot in (*slots, "none"):
            for outcome in OUTCOMES:
                REQUESTS.labels(endpoint, slot, outcome)
    for kind in FEEDBACK_KINDS:
        FEEDBACK.labels(kind)
    for reason in ("wrong_version", "backend_lost"):
        RETRIES.labels(reason)


def outcome_of(status: int) -> str:
    if status < 400:
        return "ok"
    if status == 429:
        return "limited"
    if status < 500:
        return "refused"
    return "unavailable" if status == 503 else "failed"


class ServedState(Collector):
    """What the pointer and the backends say at the instant of the scrape."""

    def __init__(self, pointer: Pointer | None, backends: Mapping[str, BackendHealth]) -> None:
        self._pointer = pointer
        self._backends = backends

    def collect(self) -> Iterable[Metric]:
        version, epoch = (self._pointer.version, self._pointer.epoch) if self._pointer else (0, 0)
        yield GaugeMetricFamily("kb_serving_version", "The served version; 0: none.", version)
        yield GaugeMetricFamily("kb_serving_epoch", "Number of the last switch; 0: none.", epoch)
        serving = GaugeMetricFamily(
            "kb_serving_slot", "1 for the slot that gets the traffic.", labels=["backend"]
        )
        up = GaugeMetricFamily(
            "kb_backend_up", "1 when the backend answers from a version.", labels=["backend"]
        )
        for slot, health in self._backends.items():
            active = self._pointer is not None and self._pointer.slot == slot
            serving.add_metric([slot], float(active))
            up.add_metric([slot], float(health.status == 200))
        yield serving
        yield up
        yield GaugeMetricFamily(
            "kb_index_coverage",
            "Share of the served chunks that have a vector; 0: none, or it is not known.",
            self._coverage(),
        )

    def _coverage(self) -> float:
        health = self._backends.get(self._pointer.slot) if self._pointer else None
        return float(health.content.get("coverage", 0.0)) if health else 0.0


def exposition(state: ServedState) -> bytes:
    """The text for Prometheus. Reads files: not for the event loop's thread."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(state)
    return generate_latest(registry)
