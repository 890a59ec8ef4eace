"""What a generator answers from: the version, the query that was searched, and what it found."""

import re
from dataclasses import dataclass

from backend.relevance import content_words
from backend.retrieving import Retriever
from backend.validation import MAX_QUESTION_CHARACTERS, Asked
from retrieval.index import Hit, Index

HITS = 12
SHORT = 3  # content words; a shorter question leans on the one before it
LEANS = re.compile(
    r"^(?:and|what about|how about|et|qu'en est-il|why|pourquoi)\b"
    r"|\b(?:it|its|that|this|they|them|those|these|he|she|ça|cela|celui-ci|celle-ci|ceux-ci|"
    r"il|elle|ils|elles|le même|la même|the same|one|ones|some|en)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`before` is the question that this one leans on, or nothing."""

    index: Index
    question: str
    before: str
    hits: list[Hit]
    retrieval: str


async def gather(retriever: Retriever, index: Index, asked: Asked) -> Evidence:
    before = leaned_on(asked)
    query = f"{before}\n{asked.question}" if before else asked.question
    retrieved = await retriever.retrieve(index, query, HITS)
    return Evidence(index, asked.question, before, retrieved.hits, retrieved.retrieval)


def leaned_on(asked: Asked) -> str:
    """The person's question before this one, when this one can't be understood alone."""
    before = [turn.text for turn in asked.history if turn.role == "user" and turn.text]
    words = len(content_words(asked.question))
    leans = words < SHORT or (words == SHORT and LEANS.search(asked.question))
    return before[-1][:MAX_QUESTION_CHARACTERS] if before and leans else ""
