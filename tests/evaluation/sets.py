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
