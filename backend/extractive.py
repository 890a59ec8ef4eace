"""Answers in the documents' own words: the parts that hold what is asked, quoted and cited."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace

from backend import words
from backend.abstention import assess, crosses
from backend.citations import Citation, Event, Finished, Found, cite
from backend.evidence import Evidence
from backend.forms import opens_nothing
from backend.intents import kind_of
from backend.nearest import nearest
from backend.quotes import Part, parts
from backend.relevance import Wanted, weigh
from backend.sense import by_sense
from backend.spans import span
from backend.units import TABLE
from backend.validation import Asked
from backend.vocabulary import terms
from retrieval.index import Hit

PICKS = 3
DOCUMENTS = 3
CLOSE = 0.8  # a further part must score this share of the best
ALIKE = 0.6  # from elsewhere, it must hold this share of what the best itself holds
NAME_COST = 0.5  # of what has another name than the one that is asked of
WORDED = 0.7  # the share of what is wanted that words alone must find in one part
LONGEST = 2000  # characters of all parts together, where one alone is not longer
TELLING = 0.3  # and at least this of what is wanted


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
    ) -> AsyncGenerator[Event, None]:
        finished = await asyncio.to_thread(answer, asked, evidence)
        yield Found(finished.citations)
        for token in words.tokens(finished.text):
            yield token
        yield finished


def answer(asked: Asked, evidence: Evidence) -> Finished:
    wanted = weigh(evidence.index, evidence.question, evidence.before)
    found = assess(wanted, evidence)
    blocks = _blocks(wanted, evidence) if found.answerable else []
    if not blocks:
        said, near = words.unanswered(asked.question), nearest(wanted, evidence)
        return Finished(said, answered=False, nearest=near, confidence=found.confidence)
    text = "\n\n".join(_numbered(block.text, number) for number, block in enumerate(blocks, 1))
    cited = tuple(_citation(block) for block in blocks)
    return Finished(text, True, cited, confidence=found.confidence)


def _blocks(wanted: Wanted, evidence: Evidence) -> list[Block]:
    """The picks as blocks: documents by their best pick, each document's in its own order."""
    blocks: list[Block] = []
    for part in _picks(wanted, evidence):
        block = Block(part.hit, part.section, *span(part))
        fits = sum(len(each.text) for each in (*blocks, block)) <= LONGEST or not blocks
        if fits and not any(_overlap(block, other) for other in blocks):
            blocks.append(block)
    order = list(dict.fromkeys(block.hit.document for block in blocks))
    blocks.sort(key=lambda block: (order.index(block.hit.document), block.hit.start + block.start))
    return _joined(blocks)


def _picks(wanted: Wanted, evidence: Evidence) -> Iterator[Part]:
    """The best part, and up to two more that come close, go with it, and say something else."""
    scored = _scored(wanted, evidence)
    said: set[str] = set()
    documents: set[str] = set()
    along = _along(scored)
    for part in [*scored[:1], *along, *scored[1:]]:
        close = part in along or part.score >= CLOSE * scored[0].score
        if len(said) == PICKS or not close:
            return
        text = " ".join(part.text.split()).casefold()
        fits = len(documents | {part.hit.document}) <= DOCUMENTS and _goes_with(scored[0], part)
        if text not in said and fits:
            said.add(text)
            documents.add(part.hit.document)
            yield part


def _scored(wanted: Wanted, evidence: Evidence) -> list[Part]:
    """All parts, best first. What tells the kind of question is looked for in headings, where
    there are such headings."""
    hits, kind, wanted = evidence.hits, kind_of(evidence.question), wanted.strictly()
    if any(kind.headings & terms(hit.section) for hit in hits):
        wanted = wanted.without(kind.words)
    scored = [part for hit in hits for part in parts(hit, wanted, kind)]
    deeper = (part for hit in evidence.deeper for part in parts(hit, wanted, kind))
    scored += [part for part in deeper if part.defining]
    if evidence.likeness and crosses(evidence) and not _worded(scored):
        scored = by_sense(scored, evidence.likeness)
    if any(part.named for part in scored):
        scored = [part if part.named else _other(part) for part in scored]
    scored.sort(key=lambda part: -part.score)  # stable: of equals, the better chunk's
    return scored


def _worded(parts: Sequence[Part]) -> bool:
    """Whether one has the words of the question nevertheless, such as names and commands."""
    return max((part.whole for part in parts), default=0.0) >= WORDED


def _other(part: Part) -> Part:
    """A part of what has another name than the one that is asked of, and that others have."""
    return replace(part, score=part.score - NAME_COST)


def _along(scored: Sequence[Part]) -> list[Part]:
    """What the best part's document itself says of what its reader will want next, if anything."""
    same = [part for part in scored if part.along and part.hit.document == scored[0].hit.document]
    return [part for part in same if not opens_nothing(part.text)][:1]


def _goes_with(best: Part, other: Part) -> bool:
    """Whether it may stand beside the best: from its section, or as telling by its own words."""
    if other.hit.document == best.hit.document and (other.along or other.section == best.section):
        return True
    if best.defining and not other.along:  # what it is, is said
        return False
    if other.unit.kind == TABLE:  # of another section: it tells of something else
        return False
    if not best.names <= other.names:  # of another alert, or of another error
        return False
    return other.own >= max(ALIKE * best.own, TELLING)


def _joined(blocks: Sequence[Block]) -> list[Block]:
    """With those of one chunk in one that nothing but white space is between."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last and last.hit is block.hit and not block.hit.text[last.end : block.start].strip():
            joined[-1] = replace(last, end=block.end)
        else:
            joined.append(block)
    return joined


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
