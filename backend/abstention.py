"""Whether the knowledge holds an answer at all: several signs, weighed by one plain rule.

The limits were fitted to real questions with and without an answer, in English and French.
"""

from dataclasses import dataclass

from backend.evidence import Evidence
from backend.quotes import parts, terms
from backend.relevance import Wanted, is_question
from retrieval.embedders import provider_of

CHUNKS = 5
SIMILARITY_WEIGHT = 1.5
ENOUGH = 0.8  # coverage and similarity together
ENOUGH_WITH_UNKNOWN = 1.0  # the same, when a word of the question occurs nowhere
ENOUGH_WORDS = 0.6  # coverage, when there is no similarity to go by
# Two words are easily in one chunk by chance: it must then be alike as well.
FEW_WORDS = 2
UNLIKE = 0.2
STATEMENT_WORDS = 5
ENOUGH_FOR_STATEMENT = 1.75
ENOUGH_WORDS_FOR_STATEMENT = 0.65


@dataclass(frozen=True, slots=True)
class Signs:
    """`coverage`: the share of what is wanted, by weight, in the best chunk and the best part of
    one; `known` counts only the words that occur somewhere. `similarity` is a cosine."""

    coverage: float
    known: float
    similarity: float | None
    missing_names: int
    missing_words: int


def signs(wanted: Wanted, evidence: Evidence) -> Signs:
    best = evidence.hits[:CHUNKS]
    texts = [terms(f"{hit.title}\n{hit.section}\n{hit.text}") for hit in best]
    part = max((part.share for hit in best for part in parts(hit, wanted)), default=0.0)
    known, missing = wanted.known(), wanted.missing()
    return Signs(
        coverage=(part + max(map(wanted.coverage, texts), default=0.0)) / 2,
        known=max(map(known.coverage, texts), default=0.0),
        similarity=_similarity(evidence),
        missing_names=sum(word.name for word in missing.words),
        missing_words=len(missing.words),
    )


def answerable(wanted: Wanted, evidence: Evidence) -> bool:
    if not wanted.words or not evidence.hits:
        return False
    found = signs(wanted, evidence)
    if len(wanted.words) >= STATEMENT_WORDS and not is_question(evidence.question):
        return _statement_answerable(found)
    if found.missing_names:
        return False
    if found.similarity is None:
        return found.coverage >= ENOUGH_WORDS
    enough = ENOUGH_WITH_UNKNOWN if found.missing_words else ENOUGH
    together = found.coverage + SIMILARITY_WEIGHT * found.similarity
    by_chance = len(wanted.words) <= FEW_WORDS and found.similarity < UNLIKE
    return together >= enough and not by_chance


def _statement_answerable(found: Signs) -> bool:
    """An alert's text carries names of the moment (pods, instances) that no document knows."""
    if found.similarity is None:
        return found.known >= ENOUGH_WORDS_FOR_STATEMENT
    return found.known + 2 * found.similarity >= ENOUGH_FOR_STATEMENT


def _similarity(evidence: Evidence) -> float | None:
    """The best cosine. The limits are the local model's; of another space it says nothing here."""
    if provider_of(evidence.index.manifest.fingerprint.embedder) != "local":
        return None
    return max((hit.dense for hit in evidence.hits[:CHUNKS] if hit.dense is not None), default=None)
