"""Which headings answer a kind of question: "what should I do" is answered under "Mitigation"."""

import re
from collections.abc import Set
from dataclasses import dataclass, replace

from backend.relevance import content_words, is_question
from retrieval import analysis


@dataclass(frozen=True, slots=True)
class Intent:
    asked: re.Pattern[str]
    headings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a text wants, in terms: of `headings` under which it is answered, of the `words` by
    which it tells so, and of headings whose text goes `along` with the answer."""

    asks: bool
    defines: bool
    lists: bool
    headings: Set[str]
    words: Set[str]
    along: Set[str]


NOTHING: Set[str] = frozenset()
ANY = Kind(asks=False, defines=False, lists=False, headings=NOTHING, words=NOTHING, along=NOTHING)


def _intent(asked: str, headings: str) -> Intent:
    return Intent(re.compile(asked, re.IGNORECASE), frozenset(analysis.terms(headings)))


DEFINITION = _intent(
    r"\b(?:what (?:is|are|does .* mean)|meaning of|definition of|qu'est-ce|c'est quoi|"
    r"que signifie|définition)",
    "meaning definition overview summary description introduction what signification définition",
)
INTENTS = (
    _intent(
        r"\b(?:what (?:should|do|can|must) (?:i|we)(?: do)?|what to do|(?:fix|solv|resolv|mitigat|"
        r"repair|handl|remed)\w*|(?:resolution|remédi\w*)\b|que (?:faire|dois|doit)|"
        r"comment (?:corriger|résoudre|réparer|traiter))",
        "mitigation resolution remediation remedy fix recovery action steps procedure solution "
        "correction résolution procédure remédiation",
    ),
    _intent(
        r"\b(?:why\b|what causes|cause of|how (?:do|can|to) (?:i |we )?(?:diagnose|debug|check|"
        r"investigate)|diagnos\w*|pourquoi\b|à quoi est dû)",
        "diagnosis diagnostic cause reason investigation troubleshooting debugging why pourquoi",
    ),
    DEFINITION,
    _intent(
        r"\b(?:impact|consequences?|affects?|how (?:bad|severe|serious)|conséquences?|effets?)\b",
        "impact consequence severity effect conséquence effet gravité",
    ),
)


BARE = 3  # content words; fewer, with no verb, ask what that is
LISTING = re.compile(
    r"\b(?:lists?|which|what are|who are|name the|enumerate|quel(?:le)?s|lister?|listez"
    r"|énumére\w*)\b",
    re.IGNORECASE,
)


def kind_of(question: str) -> Kind:
    asks, lists = is_question(question), LISTING.search(question) is not None
    found = [(each, match) for each in INTENTS for match in each.asked.finditer(question)]
    # "What is the impact" asks for an impact, and for no definition.
    found = [pair for pair in found if pair[0] is not DEFINITION] or found
    words = analysis.terms(" ".join(match.group() for _, match in found))
    if not asks and not found:  # an alert's text, or words: it wants to know what to do, too
        bare = len(content_words(question)) <= BARE
        headings = DEFINITION.headings if bare else NOTHING
        return replace(ANY, defines=bare, lists=lists, headings=headings, along=INTENTS[0].headings)
    headings = frozenset[str]().union(*(each.headings for each, _ in found))
    defines = any(each is DEFINITION for each, _ in found)
    return Kind(asks, defines, lists, headings, frozenset(words), NOTHING)
