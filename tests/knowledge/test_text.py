import pytest

from knowledge import text
from knowledge.errors import NotText, TooLarge


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbfbom", b"a\r\nb\rc\n", "\u2028é\x85".encode()])
def test_it_gives_the_same_bytes_back(data):
    assert text.decode(data).encode() == data


@pytest.mark.parametrize("data", [b"\xff", b"caf\xe9", b"a\0b", b"\xed\xa0\x80"])
def test_it_refuses_what_is_not_text(data):
    with pytest.raises(NotText):
        text.decode(data)


def test_it_refuses_what_is_too_large(settings):
    settings.MAX_DOCUMENT_BYTES = 10
    text.check("é" * 5)
    with pytest.raises(TooLarge):
        text.check("é" * 5 + "a")


@pytest.mark.parametrize(
    "earlier", ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\r\nb\nc\r", "", "one line"]
)
def test_an_unchanged_form_brings_the_earlier_text_back(earlier):
    posted = earlier.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    assert text.with_newlines_of(earlier, posted) == earlier


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ("a\nb", "a\nc"),
        ("a\r\nb", "a\r\nc"),
        ("a\rb", "a\rc"),
        ("a", "a\nc"),
        ("a\r\nb\r\nx\n", "a\r\nc"),
    ],
)
def test_a_changed_form_takes_the_usual_newline(earlier, expected):
    assert text.with_newlines_of(earlier, "a\r\nc") == expected
