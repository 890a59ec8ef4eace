import pytest

from retrieval.language import guess, of_document


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the rollback code?", "en"),
        ("Quel est le code de retour ?", "fr"),
        ("Comment poser des congés ?", "fr"),
        ("how do I restart it", "en"),
        ("qu'est-ce que c'est ?", "fr"),
        ("KubePodCrashLooping", "en"),
        ("congés payés", "fr"),
        ("", "en"),
    ],
)
def test_it_guesses_the_language(text: str, language: str) -> None:
    assert guess(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("# Rollback\n\nThe page lists what was served, and by whom.\n", "en"),
        ("# Retour\n\nLa page dit ce qui est servi, et par qui.\n", "fr"),
        ("---\ntitle: Le retour\n---\nThis is what the page has to say.\n", "en"),
        ("Comment la relancer ?\n```sh\n# the and of this that who\necho the\n```\n", "fr"),
        ("Le retour est fait par `the_and_of is what`, dans la page.", "fr"),
        ("# kubectl\n\n```sh\nfor i in a b; do the; done\n```\n", ""),
        ("| cpu | memory |\n|---|---|\n| 1 | 2 |\n", ""),
        ("El sistema permite publicar en la página que hay, y de un equipo a otro.", ""),
        ("Das System erlaubt es, neue Versionen ohne Unterbrechung zu geben.", ""),
        ("This is what the page says.\n\nC'est ce que la page dit, dans les deux langues.", ""),
        ("", ""),
    ],
)
def test_it_tells_the_language_of_a_document(text: str, language: str) -> None:
    assert of_document(text) == language
