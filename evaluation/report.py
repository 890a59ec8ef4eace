"""The figures of sets as a text for people and as JSON for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

from backend.abstention import ENOUGH
from evaluation.answering import Answers
from evaluation.ranking import Quality, Ranking
from evaluation.run import Result

DIGITS = 4


def as_dict(results: Sequence[Result], embedder: str) -> dict[str, Any]:
    return {"embedder": embedder, "sets": [_set(result) for result in results]}


def as_text(result: Result) -> str:
    return "\n".join(_lines(result))


def worse(results: Sequence[Result]) -> list[str]:
    """The sets on which one half alone ranks better than what is served."""
    return [each.name for each in results if each.ranking and not each.ranking.holds]


def _set(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": result.name,
        "documents": result.documents,
        "chunks": result.chunks,
        "seconds": round(result.seconds, 1),
    }
    if result.ranking:
        found["ranking"] = _ranking(result.ranking)
    if result.answers:
        found["answers"] = _answers(result.answers)
    return found


def _ranking(ranking: Ranking) -> dict[str, Any]:
    return {
        "queries": ranking.queries,
        **{name: _quality(quality) for name, quality in _qualities(ranking)},
        "served_minus_better_half": round(ranking.gain, DIGITS),
        "holds": ranking.holds,
    }


def _quality(quality: Quality) -> dict[str, float]:
    return {
        "ndcg@10": round(quality.ndcg, DIGITS),
        "recall@10": round(quality.recall, DIGITS),
        "mrr": round(quality.reciprocal_rank, DIGITS),
    }


def _qualities(ranking: Ranking) -> Iterator[tuple[str, Quality]]:
    return ((name, getattr(ranking, name)) for name in ("lexical", "dense", "served"))


def _answers(answers: Answers) -> dict[str, Any]:
    return {
        "table": {
            "answerable": {
                "answered": answers.answered,
                "abstained": answers.answerable - answers.answered,
            },
            "unanswerable": {
                "answered": answers.unanswerable - answers.abstained,
                "abstained": answers.abstained,
            },
            "misspelt": {
                "answered": answers.misspelt_answered,
                "abstained": answers.misspelt - answers.misspelt_answered,
            },
        },
        "threshold": ENOUGH,
        "exact_containment": _rounded(answers.containing),
        "citation_correctness": _rounded(answers.cited),
        "quoted_word_for_word": _rounded(answers.quoted),
        "auroc": _rounded(answers.auroc),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, DIGITS)


def _lines(result: Result) -> Iterator[str]:
    yield (
        f"{result.name}: {result.documents:,} documents, {result.chunks:,} chunks, "
        f"{result.seconds:.1f} s"
    )
    if result.ranking:
        yield from _ranking_lines(result.ranking)
    if result.answers:
        yield from _answer_lines(result.answers)


def _ranking_lines(ranking: Ranking) -> Iterator[str]:
    yield f"  {ranking.queries} queries    nDCG@10  recall@10     MRR"
    for name, each in _qualities(ranking):
        yield f"    {name:<12}{each.ndcg:>9.3f}{each.recall:>11.3f}{each.reciprocal_rank:>8.3f}"
    verdict = "" if ranking.holds else ": WORSE than a half alone"
    yield f"    served, against the better half: {ranking.gain:+.3f} nDCG@10{verdict}"


def _answer_lines(answers: Answers) -> Iterator[str]:
    total = answers.answerable + answers.unanswerable
    yield f"  {total} questions, at confidence {ENOUGH}    answered  abstained"
    for name, count, answered in (
        ("answerable", answers.answerable, answers.answered),
        ("answerable, with a slip", answers.misspelt, answers.misspelt_answered),
        ("unanswerable", answers.unanswerable, answers.unanswerable - answers.abstained),
    ):
        yield f"    {name:<30}{answered:>9}{count - answered:>11}"
    for name, share in (
        ("AUROC of confidence, answerable against unanswerable", answers.auroc),
        ("of the answerable that were answered: hold a known answer", answers.containing),
        ("cite a document that answers", answers.cited),
        ("quote word for word", answers.quoted),
    ):
        if share is not None:
            yield f"    {name}: {share:.3f}"
