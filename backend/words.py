"""The words that are ours and not a document's, in the question's language."""

import re
from collections.abc import Iterator

from backend import language
from backend.citations import Citation, Event, Finished, Token

UNANSWERED = {
    "en": "The documents do not answer this.",
    "fr": "Les documents ne répondent pas à cette question.",
    "de": "Die Dokumente beantworten diese Frage nicht.",
    "es": "Los documentos no responden a esta pregunta.",
    "it": "I documenti non rispondono a questa domanda.",
    "nl": "De documenten beantwoorden deze vraag niet.",
    "pt": "Os documentos não respondem a esta pergunta.",
}
PIECE = re.compile(r"\S+\s*|\s+")


def unanswered(question: str) -> str:
    return UNANSWERED[language.spoken(question)]


def abstention(question: str, nearest: tuple[Citation, ...]) -> Iterator[Event]:
    """The tokens and the end of an answer that says that there is none."""
    text = unanswered(question)
    yield from tokens(text)
    yield Finished(text, answered=False, nearest=nearest)


def tokens(text: str) -> Iterator[Token]:
    """A text that is whole already, word by word; all of them joined are the text."""
    return (Token(piece) for piece in PIECE.findall(text))
