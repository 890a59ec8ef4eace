"""Asks an index as the backend does, and holds what comes back to what every answer promises."""

from collections.abc import Mapping

from backend import extractive
from backend.citations import Finished
from backend.evidence import HITS, Evidence, depth
from backend.following import understood
from backend.retrieving import likeness
from backend.spelling import corrected
from backend.validation import Asked, Turn
from retrieval.embedders import EmbedderSettings, preferred
from retrieval.index import Index


def ask(index: Index, knowledge: Mapping[str, str], *questions: str) -> Finished:
    """The answer to the last one, in a conversation of all of them."""
    asked = Asked(questions[-1], tuple(Turn("user", each) for each in questions[:-1]))
    question, before = understood(asked)
    question, slips = corrected(index, question)
    query = f"{before}\n{question}" if before else question
    embedder = preferred(EmbedderSettings())
    vector = embedder.embed_query(query)
    hits = index.search(query, vector, depth(question))
    evidence = Evidence(
        index,
        question,
        before,
        hits[:HITS],
        "hybrid",
        hits[HITS:],
        likeness(embedder, vector),
        slips,
    )
    answer = extractive.answer(asked, evidence)
    for citation in answer.citations:
        assert citation.quote in knowledge[citation.document]
        assert citation.quote in answer.text
    return answer
