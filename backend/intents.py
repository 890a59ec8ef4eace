"""Which headings answer a kind of question: "what should I do" is answered under "Mitigation"."""

import re
from collections.abc import Set
from dataclasses import dataclass

from retrieval import analysis


@dataclass(frozen=True, slots=True)
class Intent:
    asked: re.Pattern[str]
    headings: frozenset[str]


def _intent(asked: str, headings: str) -> Intent:
    return Intent(re.compile(asked, re.IGNORECASE), frozenset(analysis.terms(headings)))


INTENTS = (
    _intent(
        r"\b(?:what (?:should|do|can|must) (?:i|we)|what to do|(?:fix|solve|resolve|mitigate|"
        r"repair|handle|recover)\b|que (?:faire|dois|doit)|"
        r"comment (?:corriger|résoudre|réparer|traiter))",
        "mitigation resolution remediation remedy fix recovery action steps procedure solution "
        "correction résolution procédure remédiation",
    ),
    _intent(
        r"\b(?:why\b|what causes|cause of|how (?:do|can|to) (?:i |we )?(?:diagnose|debug|check|"
        r"investigate)|diagnos\w*|pourquoi\b|à quoi est dû)",
        "diagnosis diagnostic cause reason investigation troubleshooting debugging why pourquoi",
    ),
    _intent(
        r"\b(?:what (?:is|are|does .* mean)|meaning of|definition of|qu'est-ce|c'est quoi|"
        r"que signifie|définition)",
        "meaning definition overview summary description introduction what signification "
        "définition présentation",
    ),
    _intent(
        r"\b(?:impact|consequences?|affects?|how (?:bad|severe|serious)|conséquences?|effets?)\b",
        "impact consequence severity effect conséquence effet gravité",
    ),
)


def headings_for(question: str) -> Set[str]:
    """The terms of headings under which a question of its kind is answered."""
    return frozenset().union(*(each.headings for each in INTENTS if each.asked.search(question)))
