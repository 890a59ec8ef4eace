import pytest

from backend.language import spoken
from backend.words import unanswered


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How do I restart the service?", "en"),
        ("Comment redémarrer le service ?", "fr"),
        ("¿Cuántos días de vacaciones tengo?", "es"),
        ("Wie viele Urlaubstage habe ich?", "de"),
        ("Come posso riavviare il servizio?", "it"),
        ("Como posso reiniciar o serviço?", "pt"),
        ("Hoe start ik de dienst opnieuw?", "nl"),
        ("Wer hat Bereitschaft?", "de"),
        ("Quanto costa?", "it"),
        ("Dónde aparco?", "es"),
    ],
)
def test_the_language_of_a_question_is_told_by_its_small_words(question, language):
    assert spoken(question) == language


@pytest.mark.parametrize(
    "question",
    [
        "no space left on device",
        "die on error",
        "es cluster red",
        "how come CI fails?",
        "do OS upgrades reboot machines?",
        "no ES data nodes",
        "what man die",
        "Is de facto van der Berg on duty",
    ],
)
def test_one_small_word_tells_nothing(question):
    assert spoken(question) == "en"


def test_that_there_is_no_answer_is_said_in_the_questions_language():
    assert unanswered("Quel est le mot de passe ?").startswith("Les documents")
    assert unanswered("Wie heißt der Hund von Anna und wo ist er?").startswith("Die Dokumente")
