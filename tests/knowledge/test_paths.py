import unicodedata

import pytest

from knowledge import paths
from knowledge.errors import InvalidPath


@pytest.mark.parametrize(
    "path", ["a.md", "ops/intro.md", "été/à faire.md", "a b/c(1).md", "x.md/y.md"]
)
def test_it_takes_a_path_as_it_is(path):
    assert paths.clean(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "/", ".md", "a", "a.txt", "a.MD", "/a.md", "a/", "a//b.md", "../a.md", "a/../b.md",
        "./a.md", ".hidden/a.md", "a/.b.md", "a\0.md", "a\n.md", "a\x7f.md", "\udcff.md",
        "x" * 253 + ".md", "/".join(["d" * 200] * 6) + "/a.md",
    ],
)  # fmt: skip
def test_it_refuses_what_cannot_be_a_path(path):
    with pytest.raises(InvalidPath) as refusal:
        paths.clean(path)
    str(refusal.value).encode()  # the message can be sent


def test_it_refuses_what_bytes_that_are_not_utf8_become_in_an_address():
    with pytest.raises(InvalidPath, match="not UTF-8"):
        paths.clean("ops/\N{REPLACEMENT CHARACTER}.md")


def test_it_has_one_form_for_accents():
    assert paths.clean(unicodedata.normalize("NFD", "été.md")) == unicodedata.normalize(
        "NFC", "été.md"
    )
