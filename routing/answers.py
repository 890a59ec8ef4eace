"""Answers that a version keeps as JSON (of probes, of a comparison) as a person reads them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from retrieval.word_marks import lacking


@dataclass(frozen=True, slots=True)
class Source:
    document: str
    section: str
    revision: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """`parts`: its text in order, each with whether the other answer lacks it."""

    answered: bool
    parts: list[tuple[str, bool]]
    sources: list[Source]


@dataclass(frozen=True, slots=True)
class Case:
    """One probe, as the gate asked it."""

    probe: str
    question: str
    is_blocking: bool
    passed: bool
    failures: list[str]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Pair:
    """One question of people, as two versions answer it."""

    question: str
    times: int
    unhelpful: int
    kind: str
    before: Answer
    after: Answer

    @property
    def told(self) -> str:
        return {
            "lost": _("No longer answered"),
            "gained": _("Answered now"),
            "sources": _("Other documents cited"),
            "text": _("Other words"),
        }.get(self.kind, _("Different"))


def cases(check: dict[str, Any]) -> list[Case]:
    """The probes behind a check: those that failed first, the blocking ones before the others."""
    rows = [_case(row) for row in _dicts(check.get("cases"))]
    return sorted(rows, key=lambda case: (case.passed, not case.is_blocking))


def pairs(comparison: dict[str, Any]) -> list[Pair]:
    """The answers that differ, in the order that the comparison gave them: the worst first."""
    return [_pair(row) for row in _dicts(comparison.get("answers"))]


def _case(row: dict[str, Any]) -> Case:
    return Case(
        probe=str(row.get("probe") or ""),
        question=str(row.get("question") or ""),
        is_blocking=row.get("severity") != "warning",
        passed=row.get("passed") is True,
        failures=[str(failure) for failure in row.get("failures") or []],
        answer=_answer(row.get("answer")),
    )


def _pair(row: dict[str, Any]) -> Pair:
    before, after = _dict(row.get("before")), _dict(row.get("after"))
    old, new = str(before.get("answer") or ""), str(after.get("answer") or "")
    return Pair(
        question=str(row.get("question") or ""),
        times=int(row.get("times") or 1),
        unhelpful=int(row.get("unhelpful") or 0),
        kind=str(row.get("kind") or ""),
        before=_answer(before, beside=new),
        after=_answer(after, beside=old),
    )


def _answer(value: Any, beside: str | None = None) -> Answer:
    answer = _dict(value)
    text = str(answer.get("answer") or "")
    return Answer(
        answered=answer.get("answered") is True,
        parts=[(text, False)] if beside is None else lacking(text, beside)[0],
        sources=[_source(row) for row in _dicts(answer.get("citations"))],
    )


def _source(row: dict[str, Any]) -> Source:
    return Source(
        str(row.get("document") or ""), str(row.get("section") or ""), row.get("revision")
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
