"""The words by which a document is told from all others: what a gate searches it for."""

import math
import re
from collections.abc import Sequence

from retrieval import analysis, bm25
from retrieval.view import View

WORD = re.compile(r"\w+(?:[-_.]\w+)*")


def rarest_terms(view: View, texts: Sequence[str], n: int) -> list[str]:
    """The n rarest words of the text whose words are rarest, rarest first, as they are written.

    Of one text, not of all: words from many chunks of a document find none of them well.
    """
    terms_of = {word: analysis.terms(word) for text in texts for word in WORD.findall(text)}
    rarity = _rarity(view, terms_of)
    chosen = [_rarest(WORD.findall(text), terms_of, rarity)[:n] for text in texts]
    return max(chosen, key=lambda words: sum(rarity[word] for word in words), default=[])


def _rarity(view: View, terms_of: dict[str, list[str]]) -> dict[str, float]:
    """Each word's rarity in the version; a word that gives no term that is indexed has none."""
    terms = sorted({term for found in terms_of.values() for term in found})
    frequencies = dict(zip(terms, bm25.document_frequencies(view, terms), strict=True))
    rarity = {}
    for word, found in terms_of.items():
        held = [frequencies[term] for term in found if frequencies[term]]
        if held:
            rarity[word] = math.log1p(view.chunks / min(held))
    return rarity


def _rarest(
    words: list[str], terms_of: dict[str, list[str]], rarity: dict[str, float]
) -> list[str]:
    """The words by rarity, then as the text has them; of words with the same terms, the first."""
    first: dict[tuple[str, ...], str] = {}
    for word in words:
        if word in rarity:
            first.setdefault(tuple(terms_of[word]), word)
    return sorted(first.values(), key=lambda word: -rarity[word])
