"""How the two halves are weighed: `python -m evaluation.tuning DIR` (`make tune`) tries a grid of
weights on all sets that are there, and says what it would choose, and what it would choose without
each of the sets: a weight that fits one set alone shows there.

The rule: of the weights that are never worse than the better half by more than a fifth of what is
allowed (other sets will differ a little), if there are any, those with the highest mean of nDCG@10
over the sets. The questions across languages count as one set.
"""

import argparse
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from evaluation import cross_language, measures, scratch
from evaluation.collecting import collected
from evaluation.ranking import WORSE
from evaluation.sets import SUFFIX, Query, Set, load
from retrieval import bm25, dense
from retrieval.embedders import Embedder, EmbedderSettings, preferred
from retrieval.embeddings import EmbeddingCache
from retrieval.fusion import SHIPPED, Weights, fuse
from retrieval.index import Index
from retrieval.ranking import Ranked, Scores, top
from retrieval.search import CANDIDATES

GRID = [
    Weights(*pair)
    for pair in product((10.0, 15.0, 20.0, 25.0, 30.0, 40.0), (0.01, 0.25, 0.35, 0.45, 0.6))
]
ACROSS = "across languages"
MARGIN = WORSE / 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A query's candidates, found once: what is left is how they are weighed."""

    query: Query
    lexical: Ranked
    nearest: Ranked
    bound: float
    rows: Ranked  # all candidates, by words
    sense: Scores
    ids: np.ndarray
    documents: Mapping[int, str]

    def ndcg(self, ranked: Ranked) -> float:
        named = dict.fromkeys(self.documents[row] for row in ranked.rows.tolist())
        return measures.ndcg(list(named), self.query.grades)

    def served(self, weights: Weights) -> float:
        most = float(self.lexical.scores[0]) if len(self.lexical.scores) else 0.0
        words, nearest = self.rows.scores, self.nearest.scores
        fused = fuse(words, most, self.bound, self.sense, nearest, weights)
        return self.ndcg(top(self.rows.rows, fused, self.ids, CANDIDATES))


@dataclass(frozen=True, slots=True)
class Figures:
    """nDCG@10 of one set: of its better half, and as served by each of the weights."""

    half: float
    served: Mapping[Weights, float]


def figures(index: Index, queries: Iterable[Query], embedder: Embedder) -> Figures:
    asked = [_asked(index, query, embedder) for query in queries]
    half = max(
        statistics.fmean(each.ndcg(each.lexical) for each in asked),
        statistics.fmean(each.ndcg(each.nearest) for each in asked),
    )
    tried = dict.fromkeys([*GRID, SHIPPED])
    return Figures(half, {w: statistics.fmean(a.served(w) for a in asked) for w in tried})


def choose(found: Sequence[Figures]) -> Weights:
    def rule(weights: Weights) -> tuple[bool, float]:
        holds = all(each.served[weights] >= each.half - MARGIN for each in found)
        return holds, statistics.fmean(each.served[weights] for each in found)

    return max(GRID, key=rule)


def report(found: Mapping[str, Figures]) -> Iterator[str]:
    chosen = choose(list(found.values()))
    yield f"shipped {_told(SHIPPED)}; of all sets together {_told(chosen)}"
    yield f"{'':<30} better half  shipped   chosen  chosen without this set"
    for name, each in found.items():
        others = [other for named, other in found.items() if named != name]
        left_out = choose(others) if others else chosen
        yield (
            f"{name:<30} {each.half:>11.4f} {each.served[SHIPPED]:>8.4f} "
            f"{each.served[chosen]:>8.4f} {each.served[left_out]:>8.4f} {_told(left_out)}"
        )


def _told(weights: Weights) -> str:
    return f"sense {weights.sense:g}, covered {weights.covered:g}"


def _asked(index: Index, query: Query, embedder: Embedder) -> Asked:
    view, vector = index.view, embedder.embed_query(query.text)
    words, near = bm25.search(view, query.text, CANDIDATES), dense.search(view, vector, CANDIDATES)
    rows = np.union1d(words.best.rows, near.rows)
    return Asked(
        query,
        words.best,
        near,
        words.bound,
        Ranked(rows, words.scores[rows]),
        dense.scores(view, vector, rows),
        view.ids(rows),
        {row: _document(index, row) for row in rows.tolist()},
    )


def _document(index: Index, row: int) -> str:
    segment, local = index.view.locate(row)
    return segment.rows.paths[segment.rows.chunk(local).document].removesuffix(SUFFIX)


def _of_set(found: Set, embedder: Embedder, cache: EmbeddingCache) -> Figures:
    with TemporaryDirectory(prefix="rag-tuning-") as place:
        index = scratch.build(found.documents, Path(place), embedder, cache, lambda *_: None)
        return figures(index, _queries(found), embedder)


def _queries(found: Set) -> list[Query]:
    """Where there are questions with answers alone, the document that answers is what is sought."""
    return found.queries or [
        Query(each.id, each.text, dict.fromkeys(each.documents, 1))
        for each in found.questions
        if each.answerable and each.documents
    ]


def _together(found: Sequence[Figures]) -> Figures:
    served = {w: statistics.fmean(each.served[w] for each in found) for w in found[0].served}
    return Figures(statistics.fmean(each.half for each in found), served)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path, help="a folder of sets and of archives")
    parser.add_argument("--cache", type=Path, default=Path("data/evaluation/embeddings.sqlite3"))
    options = parser.parse_args(arguments)
    embedder = preferred(EmbedderSettings())
    found: dict[str, Figures] = {}
    with closing(EmbeddingCache(options.cache)) as cache:
        with collected(options.dir) as folders:
            for folder in folders:
                found[folder.name] = _of_set(load(folder), embedder, cache)
                sys.stderr.write(f"{folder.name}: done\n")
        across = cross_language.sets(options.dir)
        found[ACROSS] = _together([_of_set(each, embedder, cache) for each in across])
    sys.stdout.write("\n".join(report(found)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
