"""What a generator answers from: the version, the query that was searched, and what it found."""

from dataclasses import dataclass

from backend.following import understood
from backend.retrieving import Retriever
from backend.validation import Asked
from retrieval.index import Hit, Index

HITS = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """`question` as it is understood by what was asked before; `before` is what it leans on still,
    or nothing."""

    index: Index
    question: str
    before: str
    hits: list[Hit]
    retrieval: str


async def gather(retriever: Retriever, index: Index, asked: Asked) -> Evidence:
    question, before = understood(asked)
    query = f"{before}\n{question}" if before else question
    retrieved = await retriever.retrieve(index, query, HITS)
    return Evidence(index, question, before, retrieved.hits, retrieved.retrieval)
