"""The language of a question, told as retrieval tells a document's; and which one to reply in."""

from retrieval.language import ELISION as ELISION
from retrieval.language import ENGLISH as ENGLISH
from retrieval.language import FRENCH as FRENCH
from retrieval.language import WORD as WORD
from retrieval.language import guess as guess

# Small words of further languages in which it can be said that there is no answer; none of them is
# a word, or in small letters an abbreviation, that English questions have.
_OTHERS = {
    "de": """der das den dem ein eine einen einem und ist sind nicht wie wer wo wann warum welche
        welcher welches wieviel wieviele viele kann ich wir man mein meine für mit von zu auf aus
        bei nach gibt muss soll darf habe haben unser unsere""",
    "es": """el los las del una es son se como cómo qué cuál cuáles quién quiénes dónde cuándo
        cuánto cuántos cuántas por para con mi mis puedo puede hay tengo debo hacer está nuestro""",
    "it": """il lo gli della dei delle una è sono si cosa quale quali chi dove quando quanto quanti
        quante perché mio mia posso può devo fare nostro""",
    "nl": """het een en zijn niet hoe wie waar wanneer waarom welke hoeveel ik wij mijn voor naar
        er moet worden heb hebben onze""",
    "pt": """os da dos das uma é são não qual quais quem onde quando quanto quantos quantas como por
        para meu minha posso pode há tenho devo fazer está nosso""",
}
# Those with which a question begins: one says as much as two other words.
_ASKING = """
wie wer wo wann warum welche welcher welches cómo qué cuál cuáles quién quiénes dónde cuándo cuánto
cuántos cuántas cosa quale quali chi dove quanto quanti quante perché hoe wie waar wanneer waarom
welke hoeveel onde quantos quantas quem como
"""
OTHERS = {code: frozenset(words.split()) for code, words in _OTHERS.items()}
ASKING = frozenset(_ASKING.split())


def spoken(question: str) -> str:
    """Of `en`, `fr` and OTHERS, the one most of whose small words it has; else as `guess` says."""
    words = [word if word.isupper() else word.lower() for word in WORD.findall(question)]
    guessed = guess(question)
    known = FRENCH if guessed == "fr" else ENGLISH
    # One small word is chance: "no space left on device" is no Spanish.
    most = max(1, sum(word in known for word in words) + len(ELISION.findall(question)))
    for code, small in OTHERS.items():
        held = sum(word in small for word in words) + (
            words[:1] != [] and words[0] in ASKING & small
        )
        if held > most:
            guessed, most = code, held
    return guessed
