"""Whether the knowledge holds an answer at all: several signs, weighed by one plain rule."""

from dataclasses import dataclass

from backend.evidence import Evidence
from backend.relevance import Wanted
from retrieval import analysis

CHUNKS = 5


@dataclass(frozen=True, slots=True)
class Signs:
    coverage: float
    similarity: float
    bm25: float
    unknown_names: int


def signs(wanted: Wanted, evidence: Evidence) -> Signs:
    best = evidence.hits[:CHUNKS]
    coverages = [
        wanted.coverage(frozenset(analysis.terms(f"{hit.title}\n{hit.section}\n{hit.text}")))
        for hit in best
    ]
    return Signs(
        coverage=max(coverages, default=0.0),
        similarity=max((hit.dense or 0.0 for hit in best), default=0.0),
        bm25=max((hit.lexical for hit in best), default=0.0),
        unknown_names=sum(word.name and not word.known for word in wanted.words),
    )


def answerable(wanted: Wanted, evidence: Evidence) -> bool:
    found = signs(wanted, evidence)
    return bool(wanted.words) and not found.unknown_names and found.coverage >= 0.6
