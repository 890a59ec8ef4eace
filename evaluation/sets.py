"""A set to evaluate on: documents, and questions of which it is known what answers them.

    docs/**/*.md          the documents
    queries.jsonl         {"id", "text"}
    qrels.tsv             a header, then: query, document (its path without .md), grade
    answers.jsonl         {"id", "question", "answers", "doc_id", "answerable"}
    unanswerable.jsonl    {"id", "text"}: questions that no document answers

All but the documents may be missing.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUFFIX = ".md"
QUERIES, JUDGEMENTS, ANSWERS = "queries.jsonl", "qrels.tsv", "answers.jsonl"
UNANSWERABLE = "unanswerable.jsonl"


class NotASet(Exception):
    """The folder does not hold a set; the message says what is missing or wrong, and where."""


@dataclass(frozen=True, slots=True)
class Query:
    """`grades`: document → how well it fits, above 0; documents are named by path, without .md."""

    id: str
    text: str
    grades: dict[str, int]


@dataclass(frozen=True, slots=True)
class Question:
    """`documents` are those that answer it, `answers` the texts of which an answer should hold one;
    empty where a set can't tell."""

    id: str
    text: str
    answerable: bool
    documents: frozenset[str] = frozenset()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Set:
    name: str
    documents: dict[str, str]  # path → text
    queries: list[Query]
    questions: list[Question]


def is_set(folder: Path) -> bool:
    """Whether there are documents, and questions about them."""
    return (folder / "docs").is_dir() and any(
        (folder / name).exists() for name in (QUERIES, ANSWERS)
    )


def load(folder: Path) -> Set:
    """Raises NotASet."""
    documents = documents_under(folder / "docs")
    queries = _queries(folder)
    answers = [_answered(row) for row in _rows(folder / ANSWERS)]
    unanswerable = [
        Question(str(row["id"]), row["text"], answerable=False)
        for row in _rows(folder / UNANSWERABLE)
    ]
    if unanswerable and not answers:  # the queries have an answer, then
        answers = [
            Question(query.id, query.text, True, frozenset(query.grades)) for query in queries
        ]
    if not queries and not answers:
        raise NotASet(f"{folder} has neither queries.jsonl with qrels.tsv nor answers.jsonl.")
    return Set(folder.resolve().name, documents, queries, [*answers, *unanswerable])


def documents_under(root: Path) -> dict[str, str]:
    """path → text; raises NotASet when there is none."""
    found = {
        path.relative_to(root).as_posix(): path.read_text("utf-8-sig", errors="replace")
        for path in sorted(root.rglob(f"*{SUFFIX}"))
    }
    if not found:
        raise NotASet(f"{root} holds no {SUFFIX} file.")
    return found


def _queries(folder: Path) -> list[Query]:
    """Those of which a fitting document is known."""
    grades: dict[str, dict[str, int]] = {}
    for query, document, grade in _judgements(folder / JUDGEMENTS):
        if grade > 0:
            grades.setdefault(query, {})[document] = grade
    texts = {str(row["id"]): row["text"] for row in _rows(folder / QUERIES)}
    return [Query(id_, text, grades[id_]) for id_, text in texts.items() if id_ in grades]


def _judgements(path: Path) -> Iterator[tuple[str, str, int]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows, None)
        for row in rows:
            try:
                query, document, grade = row
                yield query, document.removesuffix(SUFFIX), int(grade)
            except ValueError as error:
                raise NotASet(f"{path}, line {rows.line_num}: {error}") from error


def _answered(row: dict[str, Any]) -> Question:
    return Question(
        str(row["id"]),
        row["question"],
        bool(row["answerable"]),
        frozenset({row["doc_id"].removesuffix(SUFFIX)} if row.get("doc_id") else ()),
        tuple(row.get("answers") or ()),
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise NotASet(f"{path}, line {number}: {error}") from error
