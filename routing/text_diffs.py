"""How the texts of documents differ between two kept versions, within bounds."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from retrieval.diffs import Diff, diff
from retrieval.errors import RetrievalError
from routing.differences import Differences
from routing.locks import layout

logger = logging.getLogger(__name__)

DOCUMENTS = 20  # whose texts are shown; all are listed
SHOWN = 150  # lines of one document
CONTEXT = 2


@dataclass(frozen=True, slots=True)
class TextDiff:
    """One document's."""

    path: str
    kind: str  # changed, added or removed
    diff: Diff


def between(start: int, end: int, differences: Differences) -> list[TextDiff]:
    """Of the first documents that differ; [] when an index can't be read."""
    try:
        return list(_between(start, end, differences))
    except RetrievalError:
        logger.exception("The texts of #%d and #%d can't be compared.", start, end)
        return []


def _between(start: int, end: int, differences: Differences) -> Iterator[TextDiff]:
    from retrieval.index import Index  # here: it loads FAISS, which most callers never need

    before, after = Index.open(layout(), start), Index.open(layout(), end)
    kinds = {"changed": differences.changed, "added": differences.added,
             "removed": differences.removed}  # fmt: skip
    paths = [(kind, path) for kind, listed in kinds.items() for path in listed]
    for kind, path in paths[:DOCUMENTS]:
        found = diff(_text(before, path), _text(after, path), context=CONTEXT, most=SHOWN)
        yield TextDiff(path, kind, found)


def _text(index: Any, path: str) -> str:
    found = index.document(path)
    return str(found[1]) if found else ""
