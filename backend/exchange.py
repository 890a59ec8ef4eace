"""One question from its arrival to its answer: what is sent, counted, timed and logged."""

import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from backend import citations, language, metrics
from backend.citations import Event, Finished, Found, Token
from backend.evidence import Evidence, gather
from backend.service import Generator, Service
from backend.validation import Asked
from retrieval.index import Index


@dataclass
class Exchange:
    """A question that a version answers. Gate, probes and drills name a purpose: not people's."""

    service: Service
    index: Index
    asked: Asked
    purpose: str | None = None
    _asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _started: float = field(default_factory=time.monotonic)
    _spoke: bool = False

    @property
    def generator(self) -> Generator:
        return self.service.generator_for(self.purpose)

    async def answer(self) -> dict[str, Any]:
        """The whole answer, as JSON."""
        async with aclosing(self.events(stream=False)) as events:
            async for name, data in events:
                if name == "done":
                    return dict(data)
        raise AssertionError("unreachable: a generator finishes or raises")

    async def events(self, *, stream: bool = True) -> AsyncGenerator[tuple[str, Any], None]:
        """(name, data) of each event: `citations`, `token`s, `done`; raises what stops them."""
        outcome = "stopped"  # what it stays when the client leaves, which ends us at any `yield`
        try:
            evidence = await gather(self.service.retriever, self.index, self.asked)
            answering = self.generator.events(self.asked, evidence, stream=stream)
            async with aclosing(answering) as events:  # ends with us, its call of a provider too
                async for event in events:
                    if isinstance(event, Finished):
                        outcome = "answered" if event.answered else "abstained"
                    yield self._told(event, evidence)
        except Exception:
            outcome = "failed"
            raise
        finally:
            self._count(outcome)

    def _told(self, event: Event, evidence: Evidence) -> tuple[str, Any]:
        match event:
            case Found(found):
                return "citations", citations.as_dicts(found, self.index)
            case Token(text):
                self._first_token()
                return "token", {"text": text}
            case Finished():
                done = self._done(event, evidence)
                self._log(done)
                return "done", done

    def _done(self, finished: Finished, evidence: Evidence) -> dict[str, Any]:
        return {
            "answer": finished.text,
            "answered": finished.answered,
            "confidence": finished.confidence,
            "citations": citations.as_dicts(finished.citations, self.index),
            "version": self.index.manifest.number,
            "slot": self.service.slot,
            "generator": finished.generator or self.generator.name,
            "retrieval": evidence.retrieval,
            **self._more(finished, evidence),
        }

    def _more(self, finished: Finished, evidence: Evidence) -> dict[str, Any]:
        """What only some answers have to tell."""
        told: dict[str, Any] = {}
        if evidence.slips:
            told["read_as"] = [asdict(slip) for slip in evidence.slips]
        if not finished.answered:
            told["nearest"] = citations.as_dicts(finished.nearest, self.index)
        if finished.unsupported is not None:
            told["unsupported"] = list(finished.unsupported)
        if finished.fallback:
            told["fallback"] = asdict(finished.fallback)
        return told

    def _log(self, done: dict[str, Any]) -> None:
        if self.purpose is not None:
            return
        cited = dict.fromkeys(citation["document"] for citation in done["citations"])
        near = dict.fromkeys(each["document"] for each in done.get("nearest", []))
        copied = ("answered", "version", "slot", "generator", "retrieval")
        self.service.log.append(
            {
                "id": uuid.uuid4().hex,
                "asked_at": self._asked_at.isoformat(),
                "question": self.asked.question,
                **{name: done[name] for name in copied},
                "seconds": round(time.monotonic() - self._started, 4),
                "documents": list(cited),
                "language": language.guess(self.asked.question),
                "nearest": list(near),
            }
        )

    def _first_token(self) -> None:
        if self.purpose is None and not self._spoke:
            self._spoke = True
            metrics.first_token.observe(time.monotonic() - self._started)

    def _count(self, outcome: str) -> None:
        if self.purpose is None:
            metrics.questions.labels(outcome, language.guess(self.asked.question)).inc()
            metrics.question_duration.observe(time.monotonic() - self._started)
