"""Guesses whether a text is French or English by its small words, to choose our own words."""

import re

# Small words that are frequent in one of the two and rare in the other.
_FRENCH = """
le la les un une des du de et est sont dans pour par sur avec pas ne que qui quoi quel quelle quels
quelles où quand comment pourquoi combien ce cette ces cet il elle ils elles nous vous je tu mon ma
mes son sa ses votre vos notre nos au aux en y peut faut faire fait être avoir ont était plus ou si
comme cela ça donc mais leur leurs chez sans sous entre après avant est-ce doit dois puis-je peut-on
"""
_ENGLISH = """
the a an of and is are in for by with not that who what which where when how why this these those
it he she they we you i my his her your our their to at as was were be been has have had do does did
can could should would will must from or if but there any about into than then me us whose
"""
FRENCH, ENGLISH = frozenset(_FRENCH.split()), frozenset(_ENGLISH.split())
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
ELISION = re.compile(r"\b(?:[ldjmtscn]|qu|lorsqu|jusqu)['’]", re.IGNORECASE)
ACCENTS = re.compile(r"[àâçéèêëîïôùûœ]", re.IGNORECASE)


def guess(text: str) -> str:
    """`fr` or `en`; English when nothing speaks for either."""
    words = [word.lower() for word in WORD.findall(text)]
    french = sum(word in FRENCH for word in words) + len(ELISION.findall(text))
    english = sum(word in ENGLISH for word in words)
    if french == english:
        return "fr" if ACCENTS.search(text) else "en"
    return "fr" if french > english else "en"
