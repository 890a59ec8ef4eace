import pytest

from backend.language import guess


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
