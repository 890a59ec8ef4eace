"""The table of words: both languages whole, with the same places to fill, and typeset well."""

import re
from pathlib import Path

import pytest

from chat.words import EN, FR, WORDS

STATIC = Path(__file__).parents[2] / "chat" / "static" / "chat"
TEMPLATES = Path(__file__).parents[2] / "chat" / "templates" / "chat"


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_it_has_the_same_words_in_both_languages():
    assert set(EN) == set(FR)


@pytest.mark.parametrize("key", sorted(EN))
def test_it_fills_the_same_places_in_both_languages(key):
    assert places(EN[key]) == places(FR[key])


@pytest.mark.parametrize("key", sorted(FR))
def test_it_puts_a_no_break_space_before_french_punctuation(key):
    assert not re.search(r"(?<!\u00a0)[;:?!](?!\w|//)", FR[key])


def test_it_has_every_word_that_the_scripts_and_templates_name():
    scripts = "\n".join(file.read_text() for file in STATIC.rglob("*.js"))
    named = set(re.findall(r'\bword\(\s*"(\w+)"', scripts))
    named |= {f"{key}_other" for key in re.findall(r'\bcounted\(\s*"(\w+)"', scripts)}
    for file in TEMPLATES.glob("*.html"):
        named |= set(re.findall(r"words\.(\w+)", file.read_text()))
    assert named - set(EN) == set()


def test_it_has_the_fixed_words():
    assert WORDS["en"]["stopped"] == "You stopped this answer. It is incomplete."
    assert WORDS["fr"]["abstained"] == "Les documents ne répondent pas à cette question."
    assert (
        WORDS["fr"]["failed"]
        == "La réponse n'a pas pu être produite. Votre question est conservée."
    )
