"""What the worker counts and times; the router's /metrics collects it from the files of processes.

In a registry of its own: a backend in the same process, as in tests, times its embedding under
the same name.
"""

from prometheus_client import CollectorRegistry

from retrieval.embedders import PROVIDERS
from retrieval.metrics import Counter, Gauge, Histogram

TRIGGERS = ("admin", "folder", "api", "system")
RESULTS = ("ready", "rejected", "failed")
STAGES = ("collect", "split", "embed", "write", "load", "checks", "compare")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)

registry = CollectorRegistry()

builds = Counter(
    "kb_index_builds",
    "Builds of the index, by what set them off and how they ended.",
    ["trigger", "result"],
    registry=registry,
)
stage_duration = Histogram(
    "kb_index_build_stage_duration_seconds",
    "Each stage of a build.",
    ["stage"],
    buckets=SECONDS,
    registry=registry,
)
embedding_duration = Histogram(
    "kb_embedding_duration_seconds",
    "Embedding, by provider.",
    ["provider"],
    buckets=SECONDS,
    registry=registry,
)
edit_to_served = Histogram(
    "kb_edit_to_served_seconds",
    "From a save to the switch to a version that holds it, for each edit.",
    buckets=SECONDS,
    registry=registry,
)
unserved_edits = Gauge(
    "kb_unserved_edits",
    "Documents whose live revision is not the one that is served.",
    registry=registry,
    multiprocess_mode="mostrecent",
)

for trigger in TRIGGERS:
    for result in RESULTS:
        builds.labels(trigger, result)
for stage in STAGES:
    stage_duration.labels(stage)
for provider in PROVIDERS:
    embedding_duration.labels(provider)


def trigger_label(trigger: str) -> str:
    """The closed label for what set a build off."""
    return trigger if trigger in TRIGGERS else "system"
