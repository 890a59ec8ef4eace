"""Three questions that this very version can answer, made from its titles and headings."""

import asyncio
import hashlib
import heapq
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from backend import language, units
from backend.evidence import HITS, Evidence
from backend.extractive import answer
from backend.following import LEANS
from backend.relevance import content_words
from backend.retrieving import Retriever
from backend.validation import Asked
from retrieval.index import Hit, Index

WANTED = 3
LOOKED_AT = 150  # documents; as many questions as an empty page needs are found in far fewer
TRIED = 40  # candidates that are asked before we do with what was found
KEPT = 4  # versions
LONGEST = 110
HOW_TO = re.compile(r"^how (?:do i|to|do you|can i|we)\s+(?P<what>\S.*)$", re.IGNORECASE)
COMMENT = re.compile(r"^comment\s+(?P<what>\S.*)$", re.IGNORECASE)
MARKS = re.compile(r"[*_`#\[\]<>|{}]")


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """`rank` 0 is a question that a heading asks about what its document is about, 1 a how-to, 2
    any other that a heading asks ("What went well?"), 3 one that is made of a heading's words."""

    rank: int
    order: str
    question: str
    document: str


class Suggestions:
    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._made: OrderedDict[int, list[str]] = OrderedDict()

    async def of(self, index: Index) -> list[str]:
        """Always the same ones for a version; fewer when it holds less."""
        number = index.manifest.number
        if number not in self._made:
            candidates = await asyncio.to_thread(_candidates, index)
            self._made[number] = await self._answered(index, candidates)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        return self._made[number]

    async def _answered(self, index: Index, candidates: list[Candidate]) -> list[str]:
        """The first that are answered from their own document, one a document."""
        questions: list[str] = []
        documents: set[str] = set()
        for candidate in candidates[:TRIED]:
            if candidate.document not in documents and await self._holds(index, candidate):
                questions.append(candidate.question)
                documents.add(candidate.document)
            if len(questions) == WANTED:
                break
        return questions

    async def _holds(self, index: Index, candidate: Candidate) -> bool:
        # By words alone: a provider is neither paid nor waited for, and the outcome is the same
        # each time.
        found = await self._retriever.retrieve(index, candidate.question, HITS, lexical=True)
        evidence = Evidence(index, candidate.question, "", found.hits, found.retrieval)
        given = await asyncio.to_thread(answer, Asked(candidate.question), evidence)
        return any(citation.document == candidate.document for citation in given.citations)


def _candidates(index: Index) -> list[Candidate]:
    """Of a sample of documents that their paths choose, by rank, spread over the folders."""
    sample = heapq.nsmallest(LOOKED_AT, index.paths(), key=_spread)
    return sorted(each for path in sample for each in _of_document(index.chunks(path)))


def _of_document(chunks: list[Hit]) -> Iterator[Candidate]:
    if not chunks:
        return
    french = language.guess(" ".join(chunk.text for chunk in chunks[:4])) == "fr"
    for heading in dict.fromkeys(each for chunk in chunks for each in _headings(chunk)):
        rank, question = _question(heading, chunks[0].title, french=french)
        if question and len(question) <= LONGEST:
            yield Candidate(
                rank, _spread(f"{chunks[0].document}\0{heading}"), question, chunks[0].document
            )


def _headings(chunk: Hit) -> Iterator[str]:
    for unit in units.split(chunk.text):
        if unit.kind == units.HEADING:
            yield MARKS.sub("", units.heading(chunk.text[unit.start : unit.end])).strip()


def _question(heading: str, title: str, *, french: bool) -> tuple[int, str]:
    """The rank and the text of a heading as a question; "" when it makes none."""
    if LEANS.search(heading):
        return 4, ""
    if heading.endswith("?") and len(content_words(heading)) >= 2:
        return (0 if _is_of(heading, title) else 2), heading
    if how := HOW_TO.match(heading):
        return 1, f"How do I {how['what'].rstrip('.:? ')}?"
    if comment := COMMENT.match(heading):
        return 1, f"Comment {comment['what'].rstrip('.:? ')} ?"
    title = MARKS.sub("", title).strip()
    if not heading or not title or heading == title:
        return 4, ""
    if french:
        return 3, f"Que dit la page « {title} » sur : {heading} ?"
    return 3, f'What does the page "{title}" say about {heading}?'


def _is_of(heading: str, title: str) -> bool:
    """A heading that has no word of its title may stand in any document: a stranger can't tell."""
    asked = {word.casefold() for word, _ in content_words(heading)}
    return bool(asked & {word.casefold() for word, _ in content_words(title)})


def _spread(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
