"""Questions in one language about documents in another: ours, asked of three sets of documents.

`cross_language.jsonl` holds {"corpus", "question", "documents"}: which documents answer is our own
judgement. French questions about the English documents of `demo/` and about English runbooks;
English questions about French guides. The corpora that are not ours are looked for with the sets.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from evaluation.collecting import unpacked
from evaluation.sets import SUFFIX, Query, Set, documents_under

QUESTIONS = Path(__file__).with_name("cross_language.jsonl")
OURS = "demo"
DEMO = Path(__file__).parent.parent / "demo"


def sets(place: Path | None = None) -> Iterator[Set]:
    """One for each corpus that is there: ours, and those in `place` as folders or archives."""
    asked: dict[str, list[Query]] = {}
    for number, line in enumerate(QUESTIONS.read_text().splitlines(), 1):
        row = json.loads(line)
        grades = {document.removesuffix(SUFFIX): 1 for document in row["documents"]}
        asked.setdefault(row["corpus"], []).append(Query(str(number), row["question"], grades))
    for corpus, queries in asked.items():
        if corpus == OURS:
            yield Set(f"across-{corpus}", documents_under(DEMO), queries, [])
        elif place is not None:
            with unpacked(place, corpus) as folder:
                if folder is not None:
                    found = documents_under(folder / "docs")
                    yield Set(f"across-{corpus}", found, queries, [])
