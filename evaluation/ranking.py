"""How well the fitting documents are ranked: by each half alone, and as they are served."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evaluation import measures
from evaluation.sets import SUFFIX, Query
from retrieval import dense
from retrieval.embedders import Embedder
from retrieval.index import Index
from retrieval.search import CANDIDATES
from retrieval.vectors import Vector

WORSE = 0.005  # by how much of nDCG the served ranking may miss the better half


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the queries."""

    ndcg: float
    recall: float
    reciprocal_rank: float


@dataclass(frozen=True, slots=True)
class Ranking:
    queries: int
    lexical: Quality
    dense: Quality
    served: Quality

    @property
    def gain(self) -> float:
        """By how much nDCG is better as served than by the better half alone."""
        return self.served.ndcg - max(self.lexical.ndcg, self.dense.ndcg)

    @property
    def holds(self) -> bool:
        return self.gain >= -WORSE


def lexical(index: Index, text: str, vector: Vector) -> Iterable[str]:
    return (hit.document for hit in index.search(text, None, CANDIDATES))


def nearest(index: Index, text: str, vector: Vector) -> Iterable[str]:
    found = dense.search(index.view, vector, CANDIDATES)
    for row in found.rows.tolist():
        segment, local = index.view.locate(row)
        yield segment.rows.paths[segment.rows.chunk(local).document]


def served(index: Index, text: str, vector: Vector) -> Iterable[str]:
    return (hit.document for hit in index.search(text, vector, CANDIDATES))


RANKINGS = {"lexical": lexical, "dense": nearest, "served": served}


def evaluate(
    index: Index, queries: Sequence[Query], embedder: Embedder, progress: Callable[[int, int], None]
) -> Ranking:
    """Each ranking's quality; of a document, the best chunk counts."""
    found: dict[str, list[Quality]] = {name: [] for name in RANKINGS}
    for done, query in enumerate(queries, 1):
        vector = embedder.embed_query(query.text)
        for name, ranking in RANKINGS.items():
            found[name].append(_quality(ranking(index, query.text, vector), query))
        progress(done, len(queries))
    return Ranking(len(queries), **{name: _mean(each) for name, each in found.items()})


def _quality(chunks: Iterable[str], query: Query) -> Quality:
    ranked = [path.removesuffix(SUFFIX) for path in dict.fromkeys(chunks)]
    return Quality(
        measures.ndcg(ranked, query.grades),
        measures.recall(ranked, query.grades),
        measures.reciprocal_rank(ranked, query.grades),
    )


def _mean(qualities: Sequence[Quality]) -> Quality:
    return Quality(
        statistics.fmean(each.ndcg for each in qualities),
        statistics.fmean(each.recall for each in qualities),
        statistics.fmean(each.reciprocal_rank for each in qualities),
    )
