"""What a generator answers from: the version, the query that was searched, and what it found."""

import re
from dataclasses import dataclass

from backend.relevance import content_words
from backend.retrieving import Retriever
from backend.validation import Asked
from retrieval.index import Hit, Index

HITS = 12
SHORT = 3  # content words; a shorter question leans on the one before it
LEANS = re.compile(
    r"^(?:and|what about|how about|et|qu'en est-il|why|pourquoi)\b"
    r"|\b(?:it|its|that|this|they|them|those|these|he|she|ça|cela|celui-ci|celle-ci|ceux-ci|"
    r"il|elle|ils|elles|le même|la même|the same)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    index: Index
    query: str
    hits: list[Hit]
    retrieval: str


async def gather(retriever: Retriever, index: Index, asked: Asked) -> Evidence:
    query = standalone(asked)
    retrieved = await retriever.retrieve(index, query, HITS)
    return Evidence(index, query, retrieved.hits, retrieved.retrieval)


def standalone(asked: Asked) -> str:
    """The question, with the one before it when it can't be understood alone."""
    before = [turn.text for turn in asked.history if turn.role == "user" and turn.text]
    words = len(content_words(asked.question))
    if before and (words <= SHORT and (words < SHORT or LEANS.search(asked.question))):
        return f"{before[-1]}\n{asked.question}"
    return asked.question
