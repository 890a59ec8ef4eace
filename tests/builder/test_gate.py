"""What the gate refuses, each found wanting on the real backend that would serve it."""

import threading
from dataclasses import replace

import httpx
import pytest

from builder import gate, questioning, wanted
from builder.build import build
from builder.gate import Candidate
from builder.progress import Progress
from builder.proofs import MOST, sampled
from builder.wanted import Wanted
from knowledge import revisions
from retrieval.errors import IndexDamaged
from retrieval.index import Index
from routing import slots, versions
from routing.errors import LoadFailed

DISK = "# Disk full\n\nWhen the disk is full, remove old journals.\n"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"


@pytest.fixture
def built(place):
    """A version of two documents, in the idle slot."""
    for path, body in {"disk.md": DISK, "node.md": NODE, "blank.md": "\n"}.items():
        revisions.save(path, body, actor="alice", door="api")
    goal, number = wanted.now(), versions.next_number()
    manifest = build(number, goal, None, Progress(number)).manifest
    slots.place(number)
    return goal, manifest


def examined(goal: Wanted, manifest, served: Index | None = None) -> dict[str, gate.Check]:
    report = gate.examine(Candidate(goal, manifest, served), "v1", lambda done, total: None)
    assert report.passed == all(check.passed for check in report.checks)
    return {check.name: check for check in report.checks}


def other(goal: Wanted, **revisions_: tuple[int, str] | None) -> Wanted:
    """As if these were saved too, or (None) deleted."""
    changed = {**goal.snapshot.revisions, **{f"{n}.md": r for n, r in revisions_.items()}}
    live = {path: revision for path, revision in changed.items() if revision}
    return replace(goal, snapshot=replace(goal.snapshot, revisions=live))


def test_it_passes_what_was_built_from_the_knowledge(built):
    checks = examined(*built)
    assert set(checks) == {
        "sums", "loads", "counts", "fingerprint", "deletion", "insertion",
        "not_shrunk", "probes", "dimensions",
    }  # fmt: skip
    assert all(check.passed for check in checks.values())
    assert checks["insertion"].examples == ("blank.md",)


def test_it_refuses_a_version_that_still_holds_a_deleted_document(built):
    goal, manifest = built
    served = Index.open(wanted.layout(), manifest.number)
    checks = examined(other(goal, node=None), manifest, served)
    assert not checks["deletion"].passed
    assert checks["deletion"].examples == ("node.md",)
    assert not checks["counts"].passed


def test_it_refuses_a_version_that_lacks_a_saved_document(built):
    goal, manifest = built
    checks = examined(other(goal, etcd=(1, "0" * 64)), manifest)
    assert checks["insertion"].examples == ("etcd.md",)
    assert not checks["counts"].passed


def test_it_refuses_a_version_that_holds_an_earlier_revision(built):
    goal, manifest = built
    checks = examined(other(goal, disk=(2, "0" * 64)), manifest)
    assert checks["counts"].examples == ("disk.md",)
    assert not checks["counts"].passed


class Another:
    """An embedder of another space."""

    name, quick, batch = "another:8", True, 1

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions


def test_it_refuses_a_version_of_another_embedder(built):
    goal, manifest = built
    fingerprint = examined(Wanted(goal.snapshot, Another(512)), manifest)["fingerprint"]
    assert not fingerprint.passed
    assert "another:8" in fingerprint.detail


def test_it_asks_no_backend_about_vectors_of_another_length(built):
    goal, manifest = built
    checks = examined(Wanted(goal.snapshot, Another(8)), manifest)
    assert set(checks) == {"sums", "dimensions"}
    assert "512 dimensions, 8 are wanted" in checks["dimensions"].detail


def test_it_finds_damage_in_the_new_parts_before_anything_is_asked(built):
    goal, manifest = built
    part = next(wanted.layout().segment(manifest.segments[0].rows).glob("rows*"))
    whole = part.read_bytes()
    part.chmod(0o644)
    part.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        with pytest.raises(IndexDamaged, match=part.name):
            examined(goal, manifest)
    finally:
        part.write_bytes(whole)


def test_it_says_nothing_of_a_version_that_the_backend_can_not_be_asked_about(
    built, settings, monkeypatch
):
    monkeypatch.setattr("routing.backends.loaded.__defaults__", (0.2,))
    settings.BACKEND_URLS = {"v1": "http://127.0.0.1:9", "v2": "http://127.0.0.1:9"}
    with pytest.raises(LoadFailed):
        examined(*built)


def test_it_waits_for_a_backend_that_is_restarted_during_the_checks(built, monkeypatch):
    goal, manifest = built
    real, failures = questioning.Questioning.holds, []
    gone = httpx.Client(base_url="http://127.0.0.1:9", trust_env=False)

    def refused_once(asked, path):
        if not failures:
            failures.append(path)
            client, asked._client = asked._client, gone
            threading.Timer(0.2, lambda: setattr(asked, "_client", client)).start()
        return real(asked, path)

    monkeypatch.setattr(questioning.Questioning, "holds", refused_once)
    with gone:
        assert examined(goal, manifest)["insertion"].passed
    assert failures == ["blank.md"]


def test_the_digest_chooses_the_sample(built):
    paths = [f"{number}.md" for number in range(500)]
    assert len(sampled(paths, "a")) == MOST
    assert sampled(paths, "a") == sampled(paths[::-1], "a") != sampled(paths, "b")
    assert sampled(paths[:3], "a") == paths[:3]
