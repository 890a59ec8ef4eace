"""From one embedder to another: the whole index is prepared beside the served one.

Until its last vector is there, what is served stays with its own embedder, and so do the edits:
none waits for the new one. `backlog.py` does the work; then a build finds all vectors made.
"""

from builder import backlog, kept, wanted
from builder.wanted import Wanted
from knowledge import snapshot as snapshots
from knowledge.snapshot import Snapshot
from retrieval.embedders import Embedder, named
from retrieval.errors import EmbeddingUnavailable
from routing import activation
from routing.embedders import embedder_settings
from routing.models import DeploymentVersion


def goal() -> Wanted:
    """What the next version is to be."""
    snapshot, preferred = snapshots.take(), wanted.embedder()
    serving = _serving(preferred)
    if serving is None:
        return Wanted(snapshot, preferred)
    if _is_prepared(snapshot, preferred):
        return Wanted(snapshot, preferred, beside=True)
    return Wanted(snapshot, serving)


def goals() -> list[Wanted]:
    """What lacks vectors: the next version, and the index that is prepared beside it. Cheap when
    nothing does."""
    if _is_settled():
        return []
    following, last = goal(), wanted.now()
    return [following] if following.embedder is last.embedder else [following, last]


def _is_settled() -> bool:
    """Whether what is served and what was built last, which a person or a probe may have kept from
    being served, are whole and by the preferred embedder."""
    newest, current = DeploymentVersion.objects.first(), activation.current()
    scheme = wanted.fingerprint().as_dict()
    both = (newest, current.version if current else None)
    return all(one and one.coverage == 1.0 and one.fingerprint == scheme for one in both)


def _serving(preferred: Embedder) -> Embedder | None:
    """The other embedder that people's questions are asked with now; None when there is none.

    One whose key is gone is none: its version answers by words alone, so nothing is lost when the
    next one begins by words too.
    """
    current = activation.current()
    made_by = current.version.fingerprint if current else {}
    name = made_by.get("embedder", preferred.name)
    scheme = wanted.fingerprint_by(preferred).as_dict() | {"embedder": name}
    if name == preferred.name or made_by != scheme:
        return None
    try:
        return named(name, embedder_settings())
    except EmbeddingUnavailable:
        return None


def _is_prepared(snapshot: Snapshot, preferred: Embedder) -> bool:
    """Whether a build would find all vectors: an edit that came since is served first, at once."""
    base = kept.base_for(wanted.fingerprint_by(preferred))
    if base is None or base.manifest.digest != snapshot.digest:
        return False
    return not backlog.lacking(base, preferred.name)
