"""What a question that leans on the one before it asks for: "and at night?", "and the deputy?"."""

import re

from backend.intents import kind_of
from backend.relevance import content_words
from backend.validation import MAX_QUESTION_CHARACTERS, Asked
from retrieval import analysis

QUESTIONS = 4  # of the history
SHORT = 3  # content words; a shorter question leans on the one before it
LEANS = re.compile(
    r"^(?:and|what about|how about|et|qu'en est-il|why|pourquoi)\b"
    r"|\b(?:it|its|that|this|they|them|those|these|he|she|ça|cela|celui-ci|celle-ci|ceux-ci|"
    r"il|elle|ils|elles|le même|la même|the same|one|ones|some|en)\b",
    re.IGNORECASE,
)
WHOLE = re.compile(
    r"\W*(?:what (?:is|are) (?:an? )?|who is |qu['’]est[- ]ce qu['’](?:une? )?"
    r"|c['’]est quoi (?:une? )?|que signifie )"
    r"(?!the\b|that\b|this\b|it\b|l[ae]s?\b|l['’]|son\b|sa\b|its\b|their\b)[\w.-]+\W*$",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"\W*(?:and|what about|how about|et|qu'en est-il d[eu]s?)\s+(?:for |pour |d[eu]s? )?"
    r"(?:an? |the |une? |l[ae]s? |l['’])?\s*(?P<what>[\w.'’-]+)\W*$",
    re.IGNORECASE,
)


def understood(asked: Asked) -> tuple[str, str]:
    """The question as it is to be understood, and what was asked that it leans on, if anything.

    Where it names but another subject, it is the question before with that subject. The questions
    before may lean on others themselves.
    """
    said = [turn.text for turn in asked.history if turn.role == "user" and turn.text]
    question = before = ""
    for text in [*said[-QUESTIONS:], asked.question]:
        whole = f"{before}\n{question}" if before else question
        question, before = _understood(text, whole[-MAX_QUESTION_CHARACTERS:])
    return question, before


def _understood(question: str, before: str) -> tuple[str, str]:
    words = len(content_words(question))
    leans = words < SHORT or (words == SHORT and LEANS.search(question))
    if not before or not leans or _is_whole(question):
        return question, ""
    again = _with_other_subject(before, question)
    return (again, "") if again else (question, before)


def _is_whole(question: str) -> bool:
    """Asks what something is, by its name: "What is a scribe?", but not "What is the impact?"."""
    return WHOLE.match(question) is not None and bool(_subjects(question))


def _with_other_subject(before: str, question: str) -> str:
    """`before` with its one subject replaced by the question's; nothing where that is no such."""
    match = GOES_ON.match(question)
    subjects = _subjects(before)
    if match is None or len(subjects) != 1 or _subjects(question) != [match["what"].casefold()]:
        return ""
    whole = rf"(?<!\w){re.escape(subjects[0])}(?!\w)"
    return re.sub(whole, lambda _: match["what"], before, flags=re.IGNORECASE)


def _subjects(question: str) -> list[str]:
    """Its content words but those that tell only what kind of question it is."""
    kind = kind_of(question).words
    words = [word.casefold() for word, _ in content_words(question)]
    return [word for word in words if not kind >= frozenset(analysis.terms(word))]
