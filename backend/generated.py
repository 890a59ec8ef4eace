"""Answers that a provider words from the passages, and that nothing but the passages supports."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from backend import prompt, words
from backend.abstention import assess
from backend.breaker import Breaker
from backend.citations import Citation, Event, Fallback, Finished, Found, Token
from backend.errors import GeneratorFailed, GeneratorRefused, GeneratorTimeout
from backend.evidence import Evidence
from backend.extractive import Extractive
from backend.markers import Markers
from backend.nearest import nearest
from backend.prompt import Prompt
from backend.providers.calls import Calls, Format
from backend.quotes import supporting
from backend.relevance import Wanted, weigh
from backend.spans import quoted
from backend.support import unsupported
from backend.validation import Asked
from retrieval.index import Hit

PASSAGES = 8


class Generated:
    """A chat model as the generator; when it fails, that is told.

    One that keeps failing rests, and what the documents say is quoted meanwhile; so is told too.
    """

    def __init__(self, format: Format, kind: str, extractive: Extractive) -> None:
        self.name = f"{kind}:{format.model}"
        self._calls = Calls(format)
        self._extractive = extractive
        self._breaker = Breaker()

    async def close(self) -> None:
        await self._calls.close()

    async def events(
        self, asked: Asked, evidence: Evidence, *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        if self._breaker.refuses():
            async for event in self._quoted(asked, evidence, stream=stream):
                yield event
            return
        try:
            async with aclosing(self._generated(asked, evidence, stream=stream)) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        sure = await asyncio.to_thread(_sure, evidence)
                        event = replace(event, confidence=sure)
                    yield event
        except GeneratorRefused:
            self._breaker.succeeded()  # it is there, and others are answered
            raise
        except (GeneratorFailed, GeneratorTimeout) as error:
            self._breaker.failed(str(error))
            raise

    async def _quoted(
        self, asked: Asked, evidence: Evidence, *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        fallback = Fallback(self.name, self._breaker.reason)
        async for event in self._extractive.events(asked, evidence, stream=stream):
            if isinstance(event, Finished):
                event = replace(event, generator=self._extractive.name, fallback=fallback)
            yield event

    async def _generated(
        self, asked: Asked, evidence: Evidence, *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        hits = evidence.hits[:PASSAGES]
        if not hits:
            for event in (Found(()), *words.abstention(asked.question, ())):
                yield event
            return
        answer = _Answer(asked, evidence, hits)
        yield await asyncio.to_thread(answer.found)
        async with aclosing(self._pieces(prompt.build(asked, hits), stream=stream)) as pieces:
            async for piece in pieces:
                for event in answer.feed(piece):
                    yield event
        self._breaker.succeeded()
        for event in await asyncio.to_thread(answer.finish):  # weighs each of its sentences
            yield event

    def _pieces(self, prompt: Prompt, *, stream: bool) -> AsyncGenerator[str, None]:
        return self._calls.stream(prompt) if stream else self._whole(prompt)

    async def _whole(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        yield await self._calls.generate(prompt)


def _sure(evidence: Evidence) -> float:
    wanted = weigh(evidence.index, evidence.question, evidence.before)
    return assess(wanted, evidence).confidence


class _Answer:
    """An answer that grows, with its markers numbered as they appear.

    `Found` is told again whenever a marker changes the order, so that `[n]` is its n-th at any
    moment, also while the text still grows.
    """

    def __init__(self, asked: Asked, evidence: Evidence, hits: Sequence[Hit]) -> None:
        self._asked = asked
        self._evidence = evidence
        self._hits = hits
        self._markers = Markers(len(hits))
        self._order = list(range(1, len(hits) + 1))
        self._text = ""
        self._begun = False
        self._start = ""  # held back while it may still become the word for "not in there"

    def found(self) -> Found:
        wanted = self._wanted()
        return Found(tuple(quoted(self._hits[number - 1], wanted) for number in self._order))

    def feed(self, piece: str) -> list[Event]:
        if not self._begun:
            self._start += piece
            if prompt.UNANSWERED.startswith(self._start.strip()):
                return []
            self._begun, piece, self._start = True, self._start, ""
        return self._shown(self._markers.feed(piece))

    def finish(self) -> list[Event]:
        if self._start.strip() == prompt.UNANSWERED:
            return list(words.abstention(self._asked.question, self._nearest()))
        events = self._shown(self._markers.feed(self._start) + self._markers.finish())
        if used := self._used():
            return [*events, self._finished(used)]
        said = words.unanswered(self._asked.question)
        return [*events, Finished(said, False, nearest=self._nearest())]

    def _finished(self, used: Sequence[int]) -> Finished:
        hits = [self._hits[number - 1] for number in used]
        wanted = self._wanted()
        cited = tuple(quoted(hit, wanted) for hit in hits)
        passages = [f"{hit.title}\n{hit.section}\n{hit.text}" for hit in hits]
        removed = self._markers.removed
        doubtful = unsupported(self._evidence.index, self._text, passages, removed)
        return Finished(self._text, True, cited, unsupported=doubtful)

    def _nearest(self) -> tuple[Citation, ...]:
        evidence = self._evidence
        return nearest(weigh(evidence.index, evidence.question, evidence.before), evidence)

    def _used(self) -> list[int]:
        """What the markers name; without any, the passages that hold what the answer says."""
        if self._markers.cited:
            return self._markers.cited
        return supporting(weigh(self._evidence.index, self._text), self._hits)

    def _wanted(self) -> Wanted:
        """What a citation is to hold: what was asked, and what is answered so far."""
        return weigh(self._evidence.index, f"{self._asked.question}\n{self._text}")

    def _shown(self, text: str) -> list[Event]:
        self._text += text
        cited = self._markers.cited
        order = cited + [number for number in self._order if number not in cited]
        events: list[Event] = []
        if order != self._order:
            self._order = order
            events.append(self.found())
        return [*events, Token(text)] if text else events
