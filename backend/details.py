"""Small words and numbers that turn a question round: "which is not …", "in 1911", "version 2.5".

A sentence may hold all other words of such a question, and yet answer another one.
"""

import re

NOT = re.compile(
    r"\b(?:not|no|none|never|nobody|nothing|neither|nor|nowhere|without|cannot|except|unless"
    r"|ne|pas|non|sans|ni|jamais|aucune?|rien|personne|sauf)\b|n['’]t\b",
    re.IGNORECASE,
)
# What says as much in a sentence: "the node is unreachable", asked of a node that is not reachable.
LACKING = re.compile(
    r"\b(?:un(?!i|der|t)\w{4,}|fail\w*|missing|lack\w*|down|only|instead|stopp\w*|refus\w*"
    r"|imposs\w*|indisponible\w*|échou\w*|échec\w*|manqu\w*|arrêt\w*)\b",
    re.IGNORECASE,
)
WORD_IN_A_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
NUMBER = re.compile(r"\d[\d.,]*")


def denies(question: str) -> bool:
    return NOT.search(_spaced(question)) is not None


def lacks_denial(question: str, text: str) -> bool:
    """Whether the question says "not", and the text says nothing of the kind."""
    spaced = _spaced(text)
    return denies(question) and not (NOT.search(spaced) or LACKING.search(spaced))


def lacks_number(question: str, text: str) -> bool:
    """Whether the question has a number that the text has not, nor one that begins with it."""
    held = _numbers(text)
    return any(
        asked not in held and not any(each.startswith(f"{asked}.") for each in held)
        for asked in _numbers(question)
    )


def _numbers(text: str) -> set[str]:
    return {found.rstrip(".,") for found in NUMBER.findall(text)}


def _spaced(text: str) -> str:
    """With the words in a name apart: "KubeNodeNotReady"."""
    return WORD_IN_A_NAME.sub(" ", text)
