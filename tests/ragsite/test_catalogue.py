"""The French catalogue has every word of our code and templates, and is what is shown."""

import gettext
import re

import pytest

from retrieval.messages import Large, told, worded
from tests.ragsite import catalogue

FOLDER = catalogue.ROOT / "locale" / "fr" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"

_PLACE = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
_UNBOUND = re.compile(
    r"(?<![\u00a0\u202f])»|«(?!\u00a0)| (?:[:;?!]|%%)|\w[?!;](?=\s|$)|\w:(?=\s|$)"
)


def key(entry):
    return entry.get("msgctxt", ""), entry["msgid"], entry.get("msgid_plural", "")


def texts(entry):
    """The French of an entry; a plural's two forms."""
    return [text for name, text in entry.items() if name.startswith("msgstr")]


@pytest.fixture(scope="module")
def known():
    return {key(entry): entry for entry in catalogue.entries(PO) if entry["msgid"]}


def test_every_message_is_translated(known):
    missing = {f"{where}: {message}" for message, where in catalogue.messages().items()
               if message not in known or not all(texts(known[message]))}  # fmt: skip
    assert not missing, "run `make messages`, and translate what is new"


def test_nothing_is_doubtful_or_left_over(known):
    assert not [entry["msgid"] for entry in catalogue.entries(PO) if "fuzzy" in entry["#"]]
    assert not set(known) - set(catalogue.messages()), "run `make messages`"


def test_what_is_compiled_is_what_is_written(known):
    with MO.open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    written = {}
    for (context, message, plural), entry in known.items():
        name = f"{context}\x04{message}" if context else message
        if plural:
            written |= {(name, n): text for n, text in enumerate(texts(entry))}
        else:
            written[name] = entry["msgstr"]
    assert {name: text for name, text in compiled.items() if name} == written, "run `make messages`"


def test_the_places_for_values_are_the_same(known):
    for (_, message, plural), entry in known.items():
        wanted = set(_PLACE.findall(plural or message))
        for text in texts(entry):
            found = set(_PLACE.findall(text))
            assert found == wanted or (plural and found <= wanted), message


def test_french_signs_have_their_no_break_space(known):
    wrong = [text for entry in known.values() for text in texts(entry) if _UNBOUND.search(text)]
    assert not wrong


def test_no_word_is_put_into_one_language_when_a_module_is_read():
    """Such as a form's label by `gettext`: it would stay as it was for the first who asked."""
    paths = [path for package in catalogue.PACKAGES
             for path in (catalogue.ROOT / package).rglob("*.py")]  # fmt: skip
    assert not [where for path in paths for where in catalogue.eager_at_import(path)]


def test_an_error_is_english_and_is_told_in_french():
    french = {
        "the limit is %(limit)s": "la limite est %(limit)s",
        "No: %(why)s.": "Non\u00a0: %(why)s.",
    }
    error = ValueError(
        worded("No: %(why)s.", why=worded("the limit is %(limit)s", limit=Large(1000)))
    )
    assert str(error) == "No: the limit is 1,000."
    assert told(error, lambda text: text) == str(error)
    assert (
        told(error, lambda text: french.get(text, text)) == "Non\u00a0: la limite est 1\u00a0000."
    )
    assert told(ValueError("as it is"), french.get) == "as it is"
    assert told(ValueError(), french.get) == ""
