"""The gate: what a candidate must show, on the backend that would serve it, to be served."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from builder import kept, probes, shrinking
from builder.difference import Difference
from builder.proofs import Proofs
from builder.questioning import Questioning
from builder.report import Check, Report
from builder.wanted import Wanted, layout
from retrieval import segments
from retrieval.index import Index
from retrieval.manifest import Manifest
from routing import backends


@dataclass(frozen=True, slots=True)
class Candidate:
    """A built version. `served` is what it would replace: what it must prove is the difference.

    `pending`: of how many chunks its build said that their vectors follow.
    """

    wanted: Wanted
    manifest: Manifest
    served: Index | None
    pending: int = 0

    @property
    def difference(self) -> Difference:
        before = self.served.revisions() if self.served else {}
        return Difference.between(before, self.wanted.snapshot.revisions)


def examine(candidate: Candidate, slot: str, report: Callable[[int, int], None]) -> Report:
    """Every check, also after one that failed, as long as the version can be asked at all.

    Raises IndexDamaged, LoadFailed, CannotProve or SlotTaken when the version can't be asked: it
    is not proved then, but it is not found wanting either, and may be built again.
    """
    started = time.perf_counter()
    number = candidate.manifest.number
    found = Report(slot, [_sums(candidate)])
    index = kept.opened(number)
    found.checks.append(_dimensions(candidate, index))
    if not found.passed:  # no backend could search in it: there is nothing more to learn
        return found
    health = backends.loaded(slot, number)
    loading = time.perf_counter() - started
    found.checks += [
        Check("loads", True, round(loading, 3), None, f"Backend {slot} answers from #{number}."),
        _counts(candidate, index, health),
        _scheme(candidate, health),
    ]
    asked, difference = Questioning(slot, number), candidate.difference
    found.checks.append(shrinking.check(candidate.wanted, candidate.served, difference.removed))
    proofs = Proofs(asked, index, candidate.served)
    found.checks += proofs.run(difference, candidate.wanted.digest, report)
    enabled = probes.enabled()
    found.probes = probes.digest(enabled)
    found.checks.append(probes.check(asked, enabled, report))
    found.seconds = time.perf_counter() - started
    return found


def _sums(candidate: Candidate) -> Check:
    """Every byte of the new parts is what was written; of the others, the sizes."""
    proved = _parts(candidate.served.manifest) if candidate.served else set()
    parts = _parts(candidate.manifest)
    for part in sorted(parts):
        segments.verify(layout(), part, sums=part not in proved)
    new = len(parts - proved)
    detail = f"{new} new parts of segments have their sums, {len(parts) - new} others their sizes."
    return Check("sums", True, len(parts), len(parts), detail)


def _counts(candidate: Candidate, index: Index, health: Mapping[str, Any]) -> Check:
    """The version holds each live revision, no other document, and says so."""
    held, wanted = index.revisions(), candidate.wanted.snapshot.revisions
    differing = () if held == wanted else Difference.between(held, wanted).paths
    answered = (health["documents"], health["chunks"])
    said = (candidate.manifest.documents, candidate.manifest.chunks)
    passed = not differing and answered == said and said[0] == len(wanted)
    detail = f"{answered[0]} documents and {answered[1]} chunks are answered from."
    if differing:
        detail += f" {len(differing)} differ from the knowledge, such as {differing[0]}."
    return Check("counts", passed, list(answered), [len(wanted), said[1]], detail, differing)


def _dimensions(candidate: Candidate, index: Index) -> Check:
    """Each vector is as long as the wanted embedder's; a segment's are all alike."""
    wanted, held = candidate.wanted.embedder.dimensions, index.view.dimensions
    passed = held in (None, wanted)
    detail = "There are no vectors." if held is None else f"Its vectors have {held} dimensions"
    if held is not None:
        detail += "." if passed else f", {wanted} are wanted."
    return Check("dimensions", passed, held, wanted, detail)


def _scheme(candidate: Candidate, health: Mapping[str, Any]) -> Check:
    """The fingerprint that is wanted, and a vector for every chunk that was not left for later."""
    wanted, manifest = candidate.wanted.fingerprint.as_dict(), candidate.manifest
    expected = (manifest.chunks - candidate.pending) / manifest.chunks if manifest.chunks else 1.0
    passed = health["fingerprint"] == wanted and health["coverage"] == expected
    detail = f"Embedded by {health['fingerprint']['embedder']}, coverage {health['coverage']:g}."
    if candidate.pending:
        detail += f" {candidate.pending} chunks are found by words until their vectors follow."
    if not passed:
        detail += f" {wanted['embedder']} with coverage {expected:g} is wanted."
    return Check("fingerprint", passed, health["fingerprint"], wanted, detail)


def _parts(manifest: Manifest) -> set[str]:
    listed = [(segment.rows, segment.vectors) for segment in manifest.segments]
    return {part for pair in listed for part in pair if part is not None}
