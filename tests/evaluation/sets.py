"""A small set as files, for the tests of what reads sets."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

DOCUMENTS = {
    "ops/backups.md": "# Backups\n\nThe orders database is saved at 02:15 every night.\n",
    "ops/paging.md": "# Paging\n\nThe secondary engineer is paged after 12 minutes.\n",
    "ops/deploys.md": "# Deploys\n\nA release goes out when all checks are green.\n",
}
QUERIES = {
    "1": ("When is the orders database saved?", "ops/backups"),
    "2": ("After how many minutes is the secondary engineer paged?", "ops/paging"),
}


def lines(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def with_documents(folder: Path) -> Path:
    for name, text in DOCUMENTS.items():
        (folder / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "docs" / name).write_text(text)
    return folder


def with_queries(folder: Path) -> Path:
    with_documents(folder)
    lines(folder / "queries.jsonl", [{"id": id_, "text": QUERIES[id_][0]} for id_ in QUERIES])
    judged = [f"{id_}\t{document}\t1\n" for id_, (_, document) in QUERIES.items()]
    (folder / "qrels.tsv").write_text("query-id\tdoc-id\tgrade\n" + "".join(judged))
    return folder


def with_answers(folder: Path) -> Path:
    with_documents(folder)
    known = [
        {"id": id_, "question": QUERIES[id_][0], "answers": [answer], "doc_id": QUERIES[id_][1],
         "answerable": True}
        for id_, answer in (("1", "02:15"), ("2", "12 minutes"))
    ]  # fmt: skip
    unknown = {"id": "3", "question": "Who won the cup in 1998?", "answers": [], "doc_id": "",
               "answerable": False}  # fmt: skip
    lines(folder / "answers.jsonl", [*known, unknown])
    return folder


def with_many_questions(folder: Path, count: int = 25) -> Path:
    """Two sets, with enough questions of each kind to fit confidence on."""
    rows: list[Mapping[str, object]] = []
    for number in range(count):
        text = f"The kettle of room {number} is descaled by the team of floor {number // 5}."
        _document(folder / "rooms", f"room-{number}", f"# Room {number}\n\n{text}\n")
        for answerable, thing, done in ((True, "kettle", "descaled"), (False, "piano", "tuned")):
            for question in (
                f"Who has the {thing} of room {number} {done}?",
                f"The {thing} of room {number} must be {done} again by the team.",
            ):
                rows.append(
                    {"id": len(rows), "question": question, "answers": [],
                     "doc_id": f"room-{number}" if answerable else "", "answerable": answerable}
                )  # fmt: skip
    lines(folder / "rooms" / "answers.jsonl", rows)
    _document(folder / "ships", "sails", "# Sails\n\nThe sails are hoisted at dawn.\n")
    asked = [{"id": n, "text": f"How is sail {n} of the ship hoisted?"} for n in range(count)]
    lines(folder / "ships" / "queries.jsonl", asked)
    judged = "".join(f"{n}\tsails\t1\n" for n in range(count))
    (folder / "ships" / "qrels.tsv").write_text(f"query-id\tdoc-id\tgrade\n{judged}")
    return folder


def _document(folder: Path, name: str, text: str) -> None:
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    (folder / "docs" / f"{name}.md").write_text(text)
