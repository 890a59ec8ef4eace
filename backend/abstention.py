"""How sure it is that the documents answer a question: a few signs of it, weighed per embedder.

The weights are in `calibration.json`, which `make calibrate` fits on sets of questions with and
without an answer; so is the point from which an answer is given, which is always 0.5 here.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from backend import details, language
from backend.evidence import Evidence
from backend.quotes import Part, parts
from backend.relevance import Wanted, held, is_question, rarity
from backend.vocabulary import terms
from retrieval.bm25 import K1

CALIBRATION = Path(__file__).with_name("calibration.json")
ENOUGH = 0.5
CHUNKS = 5
SOME = 0.4  # more than this of what is wanted tells nothing of whether it is answered
NEAR = 0.6  # of the share of what is wanted that the best sentence holds
TITLE_WORDS = 2  # that make a title
STATEMENT_WORDS = 5
QUESTION, STATEMENT, CROSSING = "question", "statement", "crossing"
WORDS_ALONE = "words alone"  # the weights where there is no similarity, or none that is calibrated


@dataclass(frozen=True, slots=True)
class Assessment:
    """`confidence`: 0 to 1, two decimals; from 0.5 the question is taken as answerable."""

    confidence: float

    @property
    def answerable(self) -> bool:
        return self.confidence >= ENOUGH


@dataclass(frozen=True, slots=True)
class Signs:
    """Of the best chunks; shares are of what is wanted, by weight.

    `similarity`: the best cosine, 0 without vectors. `some`: the share that one chunk holds, up to
    SOME; `known`: of the words that occur anywhere, the share that one holds. `sentence`: the share
    in one sentence and its headings; `rarest`: how much of the rarest word it holds. `undenied` and
    `uncounted`: 1 when no sentence near to that has the "not", or the numbers, of the question.
    `names`: how many are asked for; `named`: 1 when one chunk holds them all. `lexical`: BM25's
    score, in words that one chunk alone holds.
    """

    similarity: float
    some: float
    known: float
    sentence: float
    rarest: float
    undenied: float
    uncounted: float
    names: float
    named: float
    lexical: float


@dataclass(frozen=True, slots=True)
class Model:
    intercept: float
    weights: Mapping[str, float]

    def probability(self, signs: Signs) -> float:
        told = sum(weight * float(getattr(signs, name)) for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-(self.intercept + told)))


def assess(wanted: Wanted, evidence: Evidence) -> Assessment:
    if not wanted.words or not evidence.hits:
        return Assessment(0.0)
    kind, found, models = (
        kind_of(wanted, evidence.question),
        signs(wanted, evidence),
        _models(evidence),
    )
    probability = models[kind].probability(found)
    if CROSSING in models and crosses(evidence):
        probability = max(probability, models[CROSSING].probability(found))
    if kind == QUESTION and _is_of_the_unknown(wanted, evidence):
        probability *= ENOUGH
    return Assessment(round(probability, 2))


def _is_of_the_unknown(wanted: Wanted, evidence: Evidence) -> bool:
    """Whether it has a name that no document knows: what it is asked of is not in there.

    But of words alone ("NTP clock skew") the others may be all that a title has.
    """
    if not any(word.name for word in wanted.missing().words):
        return False
    known = wanted.known()
    if is_question(evidence.question) or len(known.words) < TITLE_WORDS:
        return True
    titles = (terms(f"{hit.title}\n{hit.section}") for hit in evidence.hits[:CHUNKS])
    return not any(known.coverage(title) == 1.0 for title in titles)


def kind_of(wanted: Wanted, question: str) -> str:
    """A statement, such as an alert's text, carries names of the moment that no document knows."""
    asks = len(wanted.words) < STATEMENT_WORDS or is_question(question)
    return QUESTION if asks else STATEMENT


def crosses(evidence: Evidence) -> bool:
    """Whether the nearest chunk is in another language: what words it shares tells little, then."""
    nearest = max(evidence.hits, key=lambda hit: -1.0 if hit.dense is None else hit.dense)
    return language.guess(nearest.text) != language.guess(evidence.question)


def _models(evidence: Evidence) -> Mapping[str, Model]:
    embedder = evidence.index.manifest.fingerprint.embedder
    alike = any(hit.dense is not None for hit in evidence.hits)
    return calibrated().get(embedder if alike else WORDS_ALONE) or calibrated()[WORDS_ALONE]


@lru_cache(maxsize=1)
def calibrated() -> Mapping[str, Mapping[str, Model]]:
    """Embedder → kind of question → model."""
    return {
        embedder: {kind: Model(**fitted) for kind, fitted in kinds.items()}
        for embedder, kinds in json.loads(CALIBRATION.read_text("utf-8")).items()
    }


def signs(wanted: Wanted, evidence: Evidence) -> Signs:
    best = evidence.hits[:CHUNKS]
    texts = [terms(f"{hit.title}\n{hit.section}\n{hit.text}") for hit in best]
    fullest = max(texts, key=wanted.coverage)
    names = [word for word in wanted.words if word.name]
    told = [part for hit in best for part in parts(hit, wanted)]
    share = max((part.share for part in told), default=0.0)
    said = [_said(part) for part in told if part.share == share][:1]
    near = [_said(part) for part in told if part.share >= NEAR * share]
    return Signs(
        similarity=max((hit.dense for hit in evidence.hits if hit.dense is not None), default=0.0),
        some=min(wanted.coverage(fullest), SOME),
        known=max(map(wanted.known().coverage, texts)),
        sentence=share,
        rarest=max((held(wanted.words[0], terms(text)) for text in said), default=0.0),
        undenied=float(all(details.lacks_denial(evidence.question, text) for text in near)),
        uncounted=float(all(details.lacks_number(evidence.question, text) for text in near)),
        names=float(len(names)),
        named=float(bool(names) and all(held(word, fullest) == 1.0 for word in names)),
        lexical=_lexical(evidence),
    )


def _said(part: Part) -> str:
    """With the headings that it stands under."""
    return f"{part.hit.title}\n{part.section}\n{part.text}"


def _lexical(evidence: Evidence) -> float:
    best = max(hit.lexical for hit in evidence.hits)
    return best / ((K1 + 1) * rarity(evidence.index.view.chunks, 1))
