"""Answers in the documents' own words: the parts that hold what is asked, quoted and cited."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from backend import words
from backend.abstention import assess
from backend.citations import Citation, Event, Finished, Found, cite
from backend.evidence import Evidence
from backend.intents import headings_for
from backend.nearest import nearest
from backend.quotes import Part, parts, span
from backend.relevance import Wanted, weigh
from backend.validation import Asked
from retrieval.index import Hit

PICKS = 3
DOCUMENTS = 3
CLOSE = 0.8  # a further part must score this share of the best


@dataclass(frozen=True, slots=True)
class Block:
    """`hit.text[start:end]`, as it goes into the answer."""

    hit: Hit
    section: str
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.hit.text[self.start : self.end].strip()


class Extractive:
    """The generator that needs no provider: nothing in its answers is worded by a machine."""

    name = "extractive"

    async def close(self) -> None:
        """It holds nothing."""

    async def events(
        self, asked: Asked, evidence: Evidence, *, stream: bool
    ) -> AsyncIterator[Event]:
        finished = await asyncio.to_thread(answer, asked, evidence)
        yield Found(finished.citations)
        for token in words.tokens(finished.text):
            yield token
        yield finished


def answer(asked: Asked, evidence: Evidence) -> Finished:
    wanted = weigh(evidence.index, evidence.question, evidence.before)
    found = assess(wanted, evidence)
    blocks = _blocks(wanted, evidence.hits, asked.question) if found.answerable else []
    if not blocks:
        said, near = words.unanswered(asked.question), nearest(wanted, evidence)
        return Finished(said, answered=False, nearest=near, confidence=found.confidence)
    text = "\n\n".join(_numbered(block.text, number) for number, block in enumerate(blocks, 1))
    cited = tuple(_citation(block) for block in blocks)
    return Finished(text, True, cited, confidence=found.confidence)


def _blocks(wanted: Wanted, hits: Sequence[Hit], question: str) -> list[Block]:
    """The picks as blocks: documents by their best pick, each document's in its own order."""
    blocks: list[Block] = []
    for part in _picks(wanted, hits, headings_for(question)):
        block = Block(part.hit, part.section, *span(part))
        if not any(_overlap(block, other) for other in blocks):
            blocks.append(block)
    order = list(dict.fromkeys(block.hit.document for block in blocks))
    return sorted(
        blocks,
        key=lambda block: (order.index(block.hit.document), block.hit.start + block.start),
    )


def _picks(wanted: Wanted, hits: Sequence[Hit], headings: AbstractSet[str]) -> Iterator[Part]:
    """The best part, and up to two more that come close and say something else."""
    scored = [part for hit in hits for part in parts(hit, wanted, headings)]
    scored.sort(key=lambda part: -part.score)  # stable: of equals, the better chunk's
    texts: set[str] = set()
    documents: set[str] = set()
    for part in scored:
        if len(texts) == PICKS or part.score < CLOSE * scored[0].score:
            return
        said = " ".join(part.text.split()).casefold()
        if said not in texts and len(documents | {part.hit.document}) <= DOCUMENTS:
            texts.add(said)
            documents.add(part.hit.document)
            yield part


def _overlap(one: Block, other: Block) -> bool:
    return (
        one.hit.document == other.hit.document
        and one.hit.start + one.start < other.hit.start + other.end
        and other.hit.start + other.start < one.hit.start + one.end
    )


def _numbered(text: str, number: int) -> str:
    """With the number of its citation, apart from what ends in code or a table."""
    last = text.rpartition("\n")[2]
    apart = last.strip().startswith(("```", "~~~", "|")) or last.startswith(("    ", "\t"))
    return f"{text}\n\n[{number}]" if apart else f"{text} [{number}]"


def _citation(block: Block) -> Citation:
    return cite(block.hit, block.section, block.text)
