"""Another embedder is another space: everything is embedded anew, and never mixed."""

import pytest

from builder import patience
from builder.reconcile import reconcile
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


def test_it_embeds_all_anew_when_a_key_is_set(place, gemini, settings):
    settings.GEMINI_API_KEY = ""
    first = place.publish({"disk.md": DISK, "node.md": NODE})
    settings.GEMINI_API_KEY = gemini.key
    second = place.publish()
    assert (second.parent, second.trigger, second.actor) == (first.number, "system", "system")
    assert second.fingerprint["embedder"].startswith("gemini")
    assert second.changes["counts"] == {"added": 0, "changed": 0, "removed": 0}
    assert (second.chunks, second.coverage) == (2, 1.0)
    assert check(second, "fingerprint")["passed"]


def test_it_goes_back_to_the_local_embedder_without_a_hold(place, gemini, settings):
    settings.GEMINI_API_KEY = ""
    place.publish({"disk.md": DISK})
    settings.GEMINI_API_KEY = gemini.key
    by_gemini = place.publish()
    settings.GEMINI_API_KEY = ""
    third = place.publish()
    assert third.number > by_gemini.number
    assert third.embedding_seconds == 0
    assert activation.held() is None


def test_a_key_that_is_wrong_changes_nothing_that_is_served(place, gemini, settings, monkeypatch):
    monkeypatch.setattr(patience, "FIRST", patience.LONGEST)
    settings.GEMINI_API_KEY = ""
    first = place.publish({"disk.md": DISK})
    settings.GEMINI_API_KEY = "wrong"
    assert place.publish({"new.md": "# Words that no test embedded before\n"}) == first
    failed = place.newest()
    assert failed.state == "failed"
    assert "API key" in failed.reason
    assert place.search("journals") == ["disk.md"]
    calls = len(gemini.calls)
    reconcile()
    assert len(gemini.calls) == calls
