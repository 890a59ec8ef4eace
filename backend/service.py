"""What one backend process holds: the versions, the search, the generator and the question log."""

from collections.abc import AsyncGenerator
from typing import Protocol

from backend.citations import Event
from backend.config import Config
from backend.evidence import Evidence
from backend.extractive import Extractive
from backend.generated import Generated
from backend.holder import Holder
from backend.question_log import QuestionLog
from backend.retrieving import Retriever
from backend.suggestions import Suggestions
from backend.validation import Asked

GATE = "gate"  # the X-Purpose of checks, probes and comparisons


class Generator(Protocol):
    """Turns evidence into an answer: Found, then Tokens, then Finished."""

    @property
    def name(self) -> str: ...

    def events(
        self, asked: Asked, evidence: Evidence, *, stream: bool
    ) -> AsyncGenerator[Event, None]: ...

    async def close(self) -> None: ...


class Service:
    """Made once a process; `close` ends its threads and connections."""

    def __init__(self, config: Config) -> None:
        self.slot = config.slot
        self.retriever = Retriever(config.embedders, config.slot)
        self.holder = Holder(config.layout, config.slot, self.retriever.warm)
        self._extractive = Extractive()
        self.generator = self._preferred(config)
        self.suggestions = Suggestions(self.retriever)
        self.log = QuestionLog(config.questions_dir, enabled=config.log_questions)

    def generator_for(self, purpose: str | None) -> Generator:
        """The gate's questions cost nothing and get the same answer each time, key or no key."""
        return self._extractive if purpose == GATE else self.generator

    def _preferred(self, config: Config) -> Generator:
        if config.gemini:
            return Generated(config.gemini, "gemini", self._extractive)
        if config.openai:
            return Generated(config.openai, "openai", self._extractive)
        return self._extractive

    async def close(self) -> None:
        self.holder.close()
        self.retriever.close()
        await self.generator.close()
