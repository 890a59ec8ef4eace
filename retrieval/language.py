"""Tells French from English by their small words: of a question, and of a whole document."""

import re

from retrieval.markdown import content_start

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
# Spanish and Italian have these too.
_SHARED = "de la le que en un y tu me son si leur"
FRENCH_ALONE = FRENCH - frozenset(_SHARED.split())
# Nearly all English and French documents have more; hardly any of another language has as much.
LEAST = 0.08
HEAD = 2000  # characters: more tell nothing more
NOT_PROSE = re.compile(
    r"^(```|~~~).*?(?:^\1|\Z)|`[^`\n]*`|https?://\S+|<[^>\n]{0,200}>", re.M | re.S
)
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


def of_document(body: str) -> str:
    """`fr` or `en`; empty for a text without enough prose, or in another language.

    Alike for the same text, whatever else there is: it is kept with each revision.
    """
    prose = NOT_PROSE.sub(" ", body[content_start(body) :][:HEAD])
    words = [word.lower() for word in WORD.findall(prose)]
    french = sum(word in FRENCH_ALONE for word in words) + len(ELISION.findall(prose))
    english = sum(word in ENGLISH for word in words)
    more, less = max(french, english), min(french, english)
    if more < LEAST * len(words) or more < 2 * less or not words:
        return ""
    return "fr" if french > english else "en"
