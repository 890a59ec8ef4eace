"""What a generator answers from: the version, the query that was searched, and what it found."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from backend.intents import kind_of
from backend.reading import Reading, read
from backend.retrieving import Retriever
from backend.spelling import Slip
from backend.validation import Asked
from retrieval.index import Hit, Index

HITS = 12
DEEP = 24  # where a definition is asked for, which need not be nearer than what only has the word

Likeness = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`question` as it is understood by what was asked before, and without its `slips`; `before` is
    what it leans on still, or nothing. `deeper` come after the hits. `likeness` of a text to the
    question, by an embedder that is quick enough to be asked of single sentences, if there is one.
    """

    index: Index
    question: str
    before: str
    hits: list[Hit]
    retrieval: str
    deeper: list[Hit] = field(default_factory=list)
    likeness: Likeness | None = None
    slips: tuple[Slip, ...] = ()


async def gather(retriever: Retriever, index: Index, asked: Asked) -> Evidence:
    reading = await asyncio.to_thread(read, index, asked)
    found = await retriever.retrieve(index, reading.query, depth(reading.question))
    return of(index, reading, found.hits, found.retrieval, found.likeness)


def of(
    index: Index,
    reading: Reading,
    hits: Sequence[Hit],
    retrieval: str,
    likeness: Likeness | None = None,
) -> Evidence:
    """`hits` are as many as `depth` says, best first."""
    near, deeper = list(hits[:HITS]), list(hits[HITS:])
    question, before, slips = reading.question, reading.before, reading.slips
    return Evidence(index, question, before, near, retrieval, deeper, likeness, slips)


def depth(question: str) -> int:
    """How many hits are looked at for an answer."""
    return DEEP if kind_of(question).defines else HITS
