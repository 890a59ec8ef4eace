"""What comes nearest to a question that the documents do not answer: shown as "perhaps"."""

from collections.abc import Iterator

from backend.citations import Citation, cite
from backend.evidence import Evidence
from backend.relevance import Wanted
from backend.spans import quoted
from backend.vocabulary import terms
from retrieval.index import Hit

NEAREST = 3
TWO_LINES = 200  # characters of a quote
ALIKE = 0.25  # a cosine; below it, and without a word in common, a chunk is not near at all


def nearest(wanted: Wanted, evidence: Evidence) -> tuple[Citation, ...]:
    """The best of each document, the best documents first; none for a question without words."""
    near = _near(wanted, evidence.hits) if wanted.words else ()
    best: dict[str, Hit] = {}
    for hit in near:
        best.setdefault(hit.document, hit)
    return tuple(_cited(hit, wanted) for hit in list(best.values())[:NEAREST])


def _near(wanted: Wanted, hits: list[Hit]) -> Iterator[Hit]:
    for hit in hits:
        held = wanted.coverage(terms(f"{hit.title}\n{hit.section}\n{hit.text}"))
        if held > 0 or (hit.dense is not None and hit.dense >= ALIKE):
            yield hit


def _cited(hit: Hit, wanted: Wanted) -> Citation:
    cited = quoted(hit, wanted)
    if len(cited.quote) <= TWO_LINES:
        return cited
    short = cited.quote[: TWO_LINES + 1].rsplit(None, 1)[0]
    return cite(hit, cited.section, short)
