"""Asks an index as the backend does, and holds what comes back to what every answer promises."""

from collections.abc import Mapping

from backend import extractive
from backend.citations import Finished
from backend.evidence import depth, of
from backend.reading import read
from backend.retrieving import likeness
from backend.validation import Asked, Turn
from retrieval.embedders import EmbedderSettings, preferred
from retrieval.index import Index


def ask(index: Index, knowledge: Mapping[str, str], *questions: str) -> Finished:
    """The answer to the last one, in a conversation of all of them."""
    asked = Asked(questions[-1], tuple(Turn("user", each) for each in questions[:-1]))
    reading = read(index, asked)
    embedder = preferred(EmbedderSettings())
    vector = embedder.embed_query(reading.query)
    hits = index.search(reading.query, vector, depth(reading.question))
    evidence = of(index, reading, hits, "hybrid", likeness(embedder, vector))
    answer = extractive.answer(asked, evidence)
    for citation in answer.citations:
        assert citation.quote in knowledge[citation.document]
        assert citation.quote in answer.text
    return answer
