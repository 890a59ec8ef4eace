"""A question whose client leaves before its answer ends."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from backend.citations import Event, Found, Token
from backend.config import Config
from backend.evidence import Evidence
from backend.exchange import Exchange
from backend.service import Service
from backend.validation import Asked
from retrieval.embedders import EmbedderSettings
from retrieval.index import Index
from retrieval.layout import Layout


class Endless:
    """Words an answer for ever, and knows when it may stop."""

    name = "endless"
    stopped = False

    async def events(
        self, asked: Asked, evidence: Evidence, *, stream: bool
    ) -> AsyncGenerator[Event, None]:
        try:
            yield Found(())
            while True:
                yield Token("and so on ")
        finally:
            self.stopped = True

    async def close(self) -> None:
        """It holds nothing."""


def test_who_leaves_ends_what_words_the_answer(layout: Layout, tmp_path: Path) -> None:
    """At once, not when the garbage is collected: a provider is paid by the word."""
    config = Config(layout.slot("v1"), tmp_path, False, EmbedderSettings(), None, None, "INFO")
    endless = Endless()

    async def leave() -> bool:
        service = Service(config)
        service.generator = endless
        events = Exchange(service, Index.open(layout, 1), Asked("What is Kafka?")).events()
        told = [await anext(events) for _ in range(3)]
        assert [name for name, _ in told] == ["citations", "token", "token"]
        await events.aclose()
        stopped = endless.stopped
        await service.close()
        return stopped

    assert asyncio.run(leave())
