"""The language of a question, told as retrieval tells a document's; and which one to reply in."""

from retrieval.language import ACCENTS as ACCENTS
from retrieval.language import ELISION as ELISION
from retrieval.language import ENGLISH as ENGLISH
from retrieval.language import FRENCH as FRENCH
from retrieval.language import WORD as WORD
from retrieval.language import guess as guess

# Small words of further languages in which it can be said that there is no answer.
_OTHERS = {
    "de": """der die das den dem ein eine einen einem und ist sind nicht wie was wer wo wann warum
        welche welcher welches wieviel viele kann ich wir man mein meine für mit von zu auf aus bei
        nach im am gibt es werden muss soll""",
    "es": """el los las del al un una y es son no se cómo como qué que cuál cuáles quién dónde donde
        cuándo cuando cuánto cuántos cuántas por para con de en mi mis tu su puedo puede hay tengo
        debo hacer está""",
    "it": """il lo gli i del della dei delle al un una e è sono non si come che cosa quale quali chi
        dove quando quanto quanti quante perché per con di in mio mia posso può ci devo fare""",
    "nl": """de het een en is zijn niet hoe wat wie waar wanneer waarom welke hoeveel kan ik we mijn
        voor met van op aan uit bij naar er moet worden""",
    "pt": """o os as do da dos das um uma e é são não se como que qual quais quem onde quando quanto
        quantos quantas por para com de em meu minha posso pode há tenho devo fazer está""",
}
OTHERS = {code: frozenset(words.split()) for code, words in _OTHERS.items()}


def spoken(question: str) -> str:
    """Of `en`, `fr` and OTHERS, the one most of whose small words it has; else as `guess` says."""
    words = [word.lower() for word in WORD.findall(question)]
    guessed = guess(question)
    known = FRENCH if guessed == "fr" else ENGLISH
    # One small word is chance: "no space left on device" is no Spanish.
    most = max(1, sum(word in known for word in words) + len(ELISION.findall(question)))
    for code, small in OTHERS.items():
        held = sum(word in small for word in words)
        if held > most:
            guessed, most = code, held
    return guessed
