"""By words first: what takes long to embed is served at once, and its vectors follow."""

import numpy as np
import pytest

from builder import backlog, changeover, embedder_state, pieces, status, vectors_written
from builder.models import Probe
from builder.reconcile import reconcile
from knowledge import revisions
from retrieval.index import Index
from routing import activation
from routing.models import DeploymentVersion
from tests.builder.place import check
from tests.builder.versions import answers, built
from tests.gemini_server import GeminiServer
from tests.polling import eventually

DISK = "# Disk full\n\nWhen the disk is full, remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"
QUESTIONS = ("what to do about etcd", "vault of host 3", "the first node")


@pytest.fixture
def lexical_first(settings, monkeypatch):
    """Nothing is embedded on the way of an edit; pieces of 4, 8 and the other 12 chunks."""
    settings.LEXICAL_FIRST_SECONDS = 0
    monkeypatch.setattr(pieces, "FIRST", 4)
    monkeypatch.setattr(pieces, "GROWTH", 2)
    monkeypatch.setattr(backlog, "STEP", 4)
    monkeypatch.setattr("builder.merging.SMALL", 0)  # pieces of this size are no edits


@pytest.fixture
def own(request):
    """A text that no other test embedded before: their indices are the same."""
    return lambda text: f"{text}\nBy {request.node.name.replace('_', ' ')}.\n"


@pytest.fixture
def many(own):
    return {
        f"ops/{name}{number}.md": own(f"# {name} {number}\n\nThe {name} of host {number}.\n")
        for name in ("disk", "node", "etcd", "vault")
        for number in range(6)
    }


@pytest.fixture
def gemini(settings):
    with GeminiServer() as server:
        settings.GEMINI_EMBED_URL = server.embed_url
        settings.GEMINI_API_KEY = server.key
        yield server


def work() -> None:
    backlog.work(changeover.goals)


def embedded_texts(server) -> list[str]:
    """What was paid for."""
    return [text for call in server.calls if call.method == "batchEmbedContents"
            for text in call.texts]  # fmt: skip


def test_pieces_grow_and_the_last_is_no_rest():
    assert pieces.sizes(0) == []
    assert pieces.sizes(2_000) == [2_000]
    assert pieces.sizes(2_001) == [1_000, 1_001]
    assert pieces.sizes(20_785) == [1_000, 4_000, 15_785]


def test_words_first_then_vectors_in_a_few_growing_steps(place, lexical_first, many):
    """Each turn of the loop is one piece, as the worker does them, and the build that follows."""
    first = place.publish(many)
    assert (first.coverage, first.chunks) == (0.0, 24)
    assert len(place.search("etcd host")) == 10
    assert check(first, "fingerprint")["passed"]
    assert status.status()["active"]["coverage"] == 0.0
    assert not status.status()["in_sync"]
    steps = []
    while place.active().coverage < 1:
        _one_piece()
        reconcile()
        steps.append(place.active().embedded)
    assert steps == [4, 12, 24]
    assert place.active().trigger == "vectors"
    assert DeploymentVersion.objects.count() == 4
    assert status.status()["in_sync"]


def _one_piece() -> None:
    job = backlog._next_job(changeover.goal())
    assert job is not None
    job.run()


def test_it_answers_then_as_one_that_waited(place, lexical_first, settings, tmp_path, many):
    place.publish(many)
    revisions.save("ops/disk0.md", "# Disk 0\n\nOther words.\n", actor="alice", door="api")
    reconcile()
    work()
    reconcile()
    followed = Index.open(place.layout, place.active().number)
    assert followed.manifest.coverage == 1.0
    settings.LEXICAL_FIRST_SECONDS = 600
    settings.INDICES_DIR = tmp_path / "fresh"
    whole, _ = built()
    assert answers(followed, QUESTIONS) == answers(whole, QUESTIONS)


def test_an_edit_between_the_steps_does_not_wait(place, lexical_first, settings, many, own):
    place.publish(many)
    settings.LEXICAL_FIRST_SECONDS = 3
    after = place.publish({"new.md": own("# Quokka\n\nThe quokka smiles.\n")})
    assert (after.embedded, after.chunks) == (1, 25)
    assert after.trigger == "folder"


def test_nothing_is_embedded_twice_over_a_death(place, lexical_first, gemini, monkeypatch, many):
    """The worker dies after a slice: what is raised there is caught by nothing of ours."""
    monkeypatch.setattr(backlog, "SLICE", 5)
    place.publish(many)
    passed = []

    def die(name):
        passed.append(name)
        if name == "embedding.kept" and passed.count(name) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as death:
        death.setattr("retrieval.failpoints.reach", die)
        with pytest.raises(KeyboardInterrupt):
            work()
    assert len(embedded_texts(gemini)) == 9  # the first piece, of 4, and a slice of the next
    work()
    reconcile()
    assert place.active().coverage == 1.0
    assert len(embedded_texts(gemini)) == len(set(embedded_texts(gemini))) == 24


def test_a_dead_provider_delays_no_edit_and_the_vectors_follow(place, gemini, monkeypatch, own):
    monkeypatch.setattr(embedder_state, "FIRST", 0.0)
    whole = place.publish({"disk.md": own(DISK)})
    assert whole.coverage == 1.0
    gemini.fail(403, "API key not valid.", times=2)
    during = place.publish({"node.md": own(NODE)})
    assert (during.state, during.embedded, during.chunks) == ("active", 1, 2)
    assert place.search("kubelet") == ["node.md"]
    told = status.status()["embedding"]["trouble"]
    assert told["embedder"].startswith("gemini:")
    assert "API key not valid" in told["error"]
    calls = len(gemini.calls)
    during = place.publish({"third.md": own("# Third\n\nAnother word.\n")})
    assert (during.embedded, during.chunks) == (1, 3)
    assert len(gemini.calls) == calls  # while it is in trouble, no edit asks it
    work()
    assert status.status()["embedding"]["trouble"]
    work()
    reconcile()
    assert place.active().coverage == 1.0
    assert status.status()["embedding"] is None
    assert sorted(set(embedded_texts(gemini)[-2:])) == sorted(embedded_texts(gemini)[-2:])


def test_a_silent_provider_is_waited_for_a_moment_and_what_it_gives_is_kept(
    place, gemini, monkeypatch, own
):
    place.publish({"disk.md": own(DISK)})
    monkeypatch.setattr("builder.embedding.PROVIDER_SECONDS", 0.1)
    gemini.stall()
    assert place.publish({"node.md": own(NODE)}).embedded == 1
    gemini.release()  # the call is cut, and tried again by the thread that nobody waits for

    def caught_up():
        work()
        reconcile()
        return place.active().coverage == 1.0

    eventually(caught_up, within=20, what="the vectors follow")
    assert embedder_state.trouble(place.active().fingerprint["embedder"]) is None


def test_what_a_probe_refused_for_want_of_vectors_is_built_again(place, lexical_first, own):
    """Words alone do not find it; a probe says that it must be found, and is right in the end."""
    place.publish({"disk.md": own(DISK)})
    work()
    reconcile()
    Probe.objects.create(question="quokka", must_contain="smiles")
    Probe.objects.create(question="Comment libérer de la place ?", must_cite="quokka.md")
    refused = place.publish({"quokka.md": own("# Quokka\n\nThe quokka smiles.\n")})
    assert place.newest().state == "rejected"
    assert place.newest().coverage < 1
    assert refused.number < place.newest().number
    work()
    before = place.newest().number
    reconcile()
    assert place.newest().number > before
    assert place.newest().coverage == 1.0


def test_what_lies_ready_is_spared_by_collection(place, lexical_first, own):
    place.publish({"disk.md": own(DISK)})
    work()
    record = vectors_written.parts(place.layout)
    assert record
    assert all(place.layout.segment(part).is_dir() for part in record)


def test_a_rollback_returns_to_other_texts_not_to_fewer_vectors(place, lexical_first, own):
    first = place.publish({"disk.md": own(DISK)})
    work()
    reconcile()
    whole = place.active()
    place.publish({"disk.md": own(NODE)})
    work()
    reconcile()
    assert place.active().coverage == 1.0
    assert activation.rollback_target() == whole
    assert whole.number > first.number


def test_the_vectors_of_a_version_by_words_are_its_own(place, lexical_first, many):
    place.publish(many)
    work()
    reconcile()
    index = Index.open(place.layout, place.active().number)
    for segment in index.view.segments:
        vectors = segment.vectors.read(np.arange(segment.rows.chunks))
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-2)
