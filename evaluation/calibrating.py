"""From sets to `calibration.json`: the cases of every set, a model for each kind, and its worth."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from backend.abstention import CALIBRATION, WORDS_ALONE
from evaluation import scratch, sets
from evaluation.calibration import PLANS, PLANS_ALONE, Worth, fitted, worth
from evaluation.cases import Asking, Case, cases
from evaluation.run import Tell
from evaluation.sets import NotASet, Set
from retrieval.embedders import Embedder
from retrieval.embeddings import EmbeddingCache


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was fitted for an embedder, or for words alone."""

    name: str
    models: dict[str, Any]
    worth: tuple[Worth, ...]


def calibrate(
    folders: Sequence[Path], embedder: Embedder, cache: EmbeddingCache, tell: Tell
) -> list[Calibrated]:
    """For the embedder, and for words alone. Raises NotASet, and EmbeddingUnavailable."""
    loaded = [sets.load(folder) for folder in folders]
    asked = [each for each in loaded if any(not question.answerable for question in each.questions)]
    if not asked:
        raise NotASet("None of these sets has questions that are known to have no answer.")
    similar: list[Case] = []
    alone: list[Case] = []
    for own in asked:
        others = [other for other in loaded if other is not own]
        by_all, by_words = _both(own, others, embedder, cache, tell)
        similar += by_all
        alone += by_words
    return [
        Calibrated(name, {plan.kind: fitted(found, plan) for plan in plans},
                   tuple(each for plan in plans for each in worth(found, plan)))
        for name, found, plans in (
            (embedder.name, similar, PLANS), (WORDS_ALONE, alone, PLANS_ALONE)
        )
    ]  # fmt: skip


def keep(found: Sequence[Calibrated], path: Path = CALIBRATION) -> None:
    """Beside what the file holds of other embedders."""
    held = json.loads(path.read_text("utf-8")) if path.exists() else {}
    held.update({each.name: each.models for each in found})
    path.write_text(json.dumps(held, indent=2, sort_keys=True) + "\n", "utf-8")


def told(each: Worth) -> str:
    """A line of what a model is worth on a set; the others by where they come from."""
    others = ", ".join(
        f"{source} AUROC {auroc:.3f}, {each.refused[source]:.0%} refused"
        for source, auroc in each.auroc.items()
    )
    return (
        f"  {each.kind} on {each.set}: {each.answered:.0%} of {each.answerable} answered; {others}"
    )


def _both(
    own: Set, others: Sequence[Set], embedder: Embedder, cache: EmbeddingCache, tell: Tell
) -> tuple[list[Case], list[Case]]:
    """The cases of a set: with similarity, and by words alone."""
    with TemporaryDirectory(prefix="rag-calibrate-") as place:
        index = scratch.build(
            own.documents, Path(place), embedder, cache,
            lambda done, total: tell(f"{own.name}: embedding", done, total),
        )  # fmt: skip

        def asking(by: Embedder | None, how: str) -> list[Case]:
            return cases(
                Asking(own.name, index, by), own, others,
                lambda done, total: tell(f"{own.name}: asking {how}", done, total),
            )  # fmt: skip

        return asking(embedder, "by both halves"), asking(None, "by words alone")
