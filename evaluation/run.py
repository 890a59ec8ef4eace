"""One set from its folder to its figures: read, indexed in a scratch folder, asked."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation import answering, ranking, scratch, sets
from evaluation.answering import Answers
from evaluation.cases import Asking
from evaluation.ranking import Ranking
from retrieval.embedders import Embedder
from retrieval.embeddings import EmbeddingCache

Tell = Callable[[str, int, int], None]  # what is being done, how many are done, of how many


@dataclass(frozen=True, slots=True)
class Result:
    """None where the set has no questions of the kind."""

    name: str
    documents: int
    chunks: int
    seconds: float
    ranking: Ranking | None
    answers: Answers | None


def evaluate(folder: Path, embedder: Embedder, cache: EmbeddingCache, tell: Tell) -> Result:
    """Raises NotASet, and EmbeddingUnavailable."""
    started = time.monotonic()
    found = sets.load(folder)

    def progress(doing: str) -> Callable[[int, int], None]:
        return lambda done, total: tell(f"{found.name}: {doing}", done, total)

    with TemporaryDirectory(prefix="rag-evaluate-") as place:
        index = scratch.build(found.documents, Path(place), embedder, cache, progress("embedding"))
        ranked = (
            ranking.evaluate(index, found.queries, embedder, progress("ranking"))
            if found.queries
            else None
        )
        asking = Asking(found.name, index, embedder)
        answers = (
            answering.evaluate(asking, found.documents, found.questions, progress("answering"))
            if found.questions
            else None
        )
    seconds = time.monotonic() - started
    return Result(found.name, len(found.documents), index.view.chunks, seconds, ranked, answers)
