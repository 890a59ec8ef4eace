"""What a pasted notification of an alert is about: the alert that it names."""

import re

from backend.relevance import is_question
from backend.vocabulary import whole_words
from retrieval import analysis
from retrieval.index import Index

NAMED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*[a-z0-9][A-Z][A-Za-z0-9]*(?![A-Za-z0-9])")
# What Alertmanager and pagers put around an alert's name.
AROUND = re.compile(
    r"\[(?:firing|resolved)(?::\d+)?\]|\balert(?:name)?\s*[:=]|\b(?:severity|namespace|instance)\s*="
    r"|\b(?:firing|triggered|resolved)\b",
    re.IGNORECASE,
)
FEW_WORDS = 4  # beside the name, of a line that needs no more to be a notification
MOST_NAMES = 4  # that are looked up


def subject(index: Index, text: str) -> str:
    """The name of the alert, if a document has it for a title; else the text as it is.

    The host, the pod and the labels of the moment are in no document, and would have it refused.
    """
    names = list(dict.fromkeys(NAMED.findall(text)))
    if not names or is_question(text) or not (AROUND.search(text) or _is_short(text)):
        return text
    return next((name for name in names[:MOST_NAMES] if _is_a_title(index, name)), text)


def _is_short(text: str) -> bool:
    return len(text.split()) <= 1 + FEW_WORDS


def _is_a_title(index: Index, name: str) -> bool:
    [whole, *_] = analysis.terms(name)
    hits = index.search(name, None, 1)
    return any(whole in whole_words(f"{hit.title} {hit.section}") for hit in hits)
