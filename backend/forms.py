"""What the form of a part tells of its worth as an answer, whatever its words are about."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from backend.intents import Kind
from backend.relevance import Wanted
from backend.units import CAPTION, CELL, CODE, EMPHASISED, ITEM, OPAQUE, SENTENCE, Unit
from backend.vocabulary import terms

QUESTION_COST = 0.4  # a document's own question is no answer
LINK_COST = 0.25  # what begins with a link, or with "See", says where to read on
ECHO_COST = 0.4  # what says no more than the question is no answer
LONG_CODE = 800  # characters: a whole file, which holds any word
DEFINING_BONUS = 0.5  # for "X is a …", asked what X is
LOOSE_BONUS = 0.1  # for "X is …"; "X is one of …" is as far from it
SHORT_BONUS = 0.2  # for "… (X)", asked what the letters X are
TITLED = 0.6  # the share of what is wanted in a heading that names the question's subject
NAMED = 0.8  # the share of it in the subject of a sentence that defines it
CONTENTS_COST = 0.5  # of what a list of links says of itself
CONTENTS = 3  # items; as many, most of them links, are a table of contents
MOST = 0.6
POINTER = re.compile(
    r"(?:[-*+]\s+|\d+[.)]\s+)?(?:!?\[[^\]]+\]\(|\W*(?:also )?(?:see|read|refer to|take a look"
    r"|look at|check out|consult|find|learn more|for (?:more|further|details|instructions)"
    r"|more information|voir|consultez|retrouvez|pour (?:en savoir )?plus)\b.*\]\("
    r"|\W*(?:the|our|this|le|la|les|nos|notre)\s+\[[^\]]+\]\([^)]*\)\s+(?:\w+\s+)?(?:provide|describe"
    r"|explain|contain|list|give|cover|outline|décri|présente|explique|contient|fourni|donne))",
    re.IGNORECASE | re.DOTALL,
)
_ARTICLE = r"an?|the|une?|l[ae]s?|des|l['’]"
DEFINING = re.compile(
    rf"\W*(?:(?:{_ARTICLE})\s)?\s*(?:l['’])?(?P<what>(?:[\w.'’-]+\s+){{1,4}}?)(?:\([^)]*\)\s*)?"
    r"(?:(?:is|are|est|sont)\s+(?:(?P<one>one of|l['’]une? des)\b"
    r"|(?P<a>(?:an?|the|une?|l[ae]s?|des)\s|l['’])|)"
    r"|(?P<means>means|refers to|consists of|désigne|signifie|consiste)\b)",
    re.IGNORECASE,
)
EXPANDED = re.compile(r"\w\W{1,4}\((?P<short>[^\W\d_a-z]\w*)\)")
ABOUT_ELSE = re.compile(
    r"\b(?:do(?:es)?(?:n['’]t| not) (?:cover|address|describe|discuss|apply to|deal with)"
    r"|ne (?:porte|traite|couvre|décrit|concerne|s['’]adresse)(?:nt)? pas)\b",
    re.IGNORECASE,
)
UNWRITTEN = re.compile(
    r"\W*(?:to[- ]?do|tb[acd]|wip|fixme|n/?a|none(?: yet)?|coming soon|work in progress"
    r"|to be (?:done|written|completed|defined|added)"
    r"|[àa] (?:compléter|définir|venir|faire|rédiger))\W*$",
    re.IGNORECASE,
)
IMAGE = re.compile(r"[\W_]*(?:!\[[^\]]*\]\([^)]*\)[\W_]*)+$")


def bonus(text: str, wanted: Wanted, kind: Kind) -> float:
    """Of what defines, where a definition is asked for."""
    if not kind.defines:
        return 0.0
    found = DEFINING.match(text)
    if found and wanted.coverage(terms(found["what"])) >= NAMED:
        tightly = found["a"] or found["means"]
        return -LOOSE_BONUS if found["one"] else DEFINING_BONUS if tightly else LOOSE_BONUS
    spelt_out = any(terms(each["short"]) & wanted.terms() for each in EXPANDED.finditer(text))
    return SHORT_BONUS * spelt_out


def cost(
    text: str, own: AbstractSet[str], wanted: Wanted, kind: Kind, unit: Unit, *, last: bool
) -> float:
    """Of what is no answer for its form; `last`: nothing comes after it in its chunk."""
    if text.rstrip("*_ ").endswith("?"):
        return QUESTION_COST
    if kind.asks and own <= wanted.terms() and unit.kind in (SENTENCE, ITEM, CELL):
        return ECHO_COST
    whole_file = unit.kind == CODE and len(text) > LONG_CODE
    announces = unit.leads and last  # what is in another chunk
    none = opens_nothing(text) or whole_file or announces or ABOUT_ELSE.search(text)
    return LINK_COST * bool(none)


def says_nothing(text: str) -> bool:
    """Whether it is an image alone, or stands where something is still to be written."""
    return IMAGE.match(text) is not None or UNWRITTEN.match(text) is not None


def opens_nothing(text: str) -> bool:
    """Whether it is a caption, or says where to read on: the section begins after it."""
    return POINTER.match(text) is not None or (
        len(text) <= CAPTION and EMPHASISED.match(OPAQUE.sub("X", text)) is not None
    )


def contents(text: str, split: Sequence[Unit]) -> bool:
    """Whether a chunk is a list of links, with a word on each."""
    items = [text[unit.start : unit.end] for unit in split if unit.kind == ITEM]
    links = sum(POINTER.match(item) is not None for item in items)
    return len(items) >= CONTENTS and links >= MOST * len(items)
