"""What a generator answers from: the version, the query that was searched, and what it found."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from backend.following import understood
from backend.intents import kind_of
from backend.retrieving import Retriever
from backend.spelling import Slip, corrected
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
    question, before = understood(asked)
    question, slips = await asyncio.to_thread(corrected, index, question)
    if before:
        before, _ = await asyncio.to_thread(corrected, index, before)
    query = f"{before}\n{question}" if before else question
    found = await retriever.retrieve(index, query, depth(question))
    hits, deeper = found.hits[:HITS], found.hits[HITS:]
    return Evidence(index, question, before, hits, found.retrieval, deeper, found.likeness, slips)


def depth(question: str) -> int:
    """How many hits are looked at for an answer."""
    return DEEP if kind_of(question).defines else HITS
