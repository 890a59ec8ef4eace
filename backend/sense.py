"""Which part answers a question in another language than its documents: words tell little there,
so the embedder is asked of each sentence, where one is at hand that is quick enough."""

from collections.abc import Sequence
from dataclasses import replace

from backend.evidence import Likeness
from backend.quotes import CHUNK_WEIGHT, Part
from backend.units import CODE, TABLE

UNITS = 24  # of the best chunks: 3 ms each
CHARACTERS = 400  # of one
KIND_BONUS = 0.4
CLOSE = 0.8  # of the best one's likeness; less goes not with it


def by_sense(parts: Sequence[Part], likeness: Likeness) -> list[Part]:
    """The parts of the best chunks scored anew, in the order in which they come."""
    told = [part for part in parts if part.unit.kind not in (CODE, TABLE)][:UNITS]
    scored = [_scored(part, likeness(part.text[:CHARACTERS])) for part in told]
    best = max(scored, key=lambda part: part.score, default=None)
    return [part for part in scored if best and part.own >= CLOSE * best.own]


def _scored(part: Part, alike: float) -> Part:
    score = alike + CHUNK_WEIGHT * part.hit.score + part.form + KIND_BONUS * part.fits
    return replace(part, own=alike, whole=alike, share=alike, score=score)
