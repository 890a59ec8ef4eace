"""Questions as they are typed in a hurry: one of the longer words has a slip in it."""

import random
from dataclasses import replace

from backend.relevance import content_words
from evaluation.sets import Question

LEAST = 7  # letters: a slip in a shorter word can be another word
TYPED = "etaoinsrhl"


def misspelt(question: Question) -> Question | None:
    """With a letter left out, too many, wrong, or swapped with the next; the same one each time.

    None for a question without a word that is long enough.
    """
    chance = random.Random(question.id)  # noqa: S311 (nothing secret)
    words = [
        word
        for word, _ in content_words(question.text)
        if word.isalpha() and len(word) >= LEAST and word[1:].islower()
    ]
    if not words:
        return None
    word = chance.choice(words)
    slipped = _slipped(word, chance)
    return replace(question, text=question.text.replace(word, slipped)) if slipped != word else None


def _slipped(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    return chance.choice(
        [
            before + after,
            before + chance.choice(TYPED) + letter + after,
            before + chance.choice(TYPED) + after,
            before + after[0] + letter + after[1:],
        ]
    )
