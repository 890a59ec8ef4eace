"""What should be served: the live revisions, made into an index by an embedder."""

from dataclasses import dataclass

from django.conf import settings

from knowledge import snapshot as snapshots
from knowledge.snapshot import Snapshot
from retrieval.analysis import ANALYSER
from retrieval.chunking import CHUNKER
from retrieval.embedders import Embedder, preferred
from retrieval.layout import Layout
from retrieval.manifest import Fingerprint
from routing.embedders import embedder_settings
from routing.models import DeploymentVersion


@dataclass(frozen=True, slots=True)
class Wanted:
    """`beside`: another embedder's index is served, and stays until this one lacks no vector."""

    snapshot: Snapshot
    embedder: Embedder
    beside: bool = False

    @property
    def fingerprint(self) -> Fingerprint:
        return fingerprint_by(self.embedder)

    @property
    def digest(self) -> str:
        return self.snapshot.digest

    def is_held_by(self, version: DeploymentVersion) -> bool:
        """Whether the version was built from exactly this."""
        return version.digest == self.digest and version.fingerprint == self.fingerprint.as_dict()


def now() -> Wanted:
    """What is to be served in the end; `changeover.goal` says what comes before."""
    return Wanted(snapshots.take(), embedder())


def fingerprint() -> Fingerprint:
    """Of what is to be served in the end."""
    return fingerprint_by(embedder())


def fingerprint_by(embedder: Embedder) -> Fingerprint:
    """Of the versions that are built now, by that embedder."""
    return Fingerprint(embedder.name, CHUNKER, ANALYSER)


def embedder() -> Embedder:
    """What new versions are embedded by, once all is; the same object each time."""
    return preferred(embedder_settings())


def layout() -> Layout:
    return Layout(settings.INDICES_DIR)
