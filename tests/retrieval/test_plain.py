"""Words without markup; what is in code is content."""

import time

import pytest

from retrieval.plain import LIMIT, plain_line, plain_text, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**Bold** and _slanted_, ~~gone~~", "Bold and slanted, gone"),
        ("See [the `docs`](https://x.org/a_(b)).", "See the docs."),
        ("<https://x.org/guide> and <b>bold</b>", "https://x.org/guide and bold"),
        ("H<sub>2</sub>O<br>and<td>cell</td>", "H2O and cell"),
        ("<!-- hidden --> shown <style>p { color: red }</style>", "shown"),
        ("{% include note.html %} {{ site.url }} {{< hint >}}Text{{< /hint >}} {: .wide }", "Text"),
        ("{% comment %} hidden {% endcomment %}shown", "shown"),
        ("| a | b |\n|---|---|\n| `c` | d |", "a b c d"),
        ("- one\n- two &amp; three\n\n> four", "one two & three four"),
        ("Run `kubectl logs <pod>` as `{{ .User }}`.", "Run kubectl logs <pod> as {{ .User }}."),
        ("```yaml\nimage: {{ .Values.image }} # <tag>\n```", "image: {{ .Values.image }} # <tag>"),
        ("~~~\n<!-- kept -->\n~~~\n\nafter <i>it</i>", "<!-- kept --> after it"),
        ("a `` tick ` in `` code", "a tick ` in code"),
        ("an odd ` tick\n\nand <b>another</b> ` one", "an odd tick and another one"),
        ("a cut <br> block\n```\nProse {% x %}\n\n```sh\nls <d>\n```", "a cut block Prose ls <d>"),
        ("line\r\nend\r", "line end"),
    ],
)  # fmt: skip
def test_words_are_left(text, words):
    assert plain_text(text) == words


def test_a_headings_code_stays():
    assert plain_line("Use `kubectl logs <pod>` {#logs}") == "Use kubectl logs <pod>"


def test_what_is_markup_alone_is_found_by_its_markup():
    assert plain_text("[docs]: https://x.org/guide") == ""
    assert words_of("[docs]: https://x.org/guide") == "[docs]: https://x.org/guide"


@pytest.mark.parametrize(
    "part",
    [
        "`",
        "```\n",
        "`a",
        "`` ",
        "<",
        "<script ",
        "{% comment ",
        "{{",
        "[a](",
        "[",
        "> ",
        " ",
        "\ue000",
    ],
)
def test_the_worst_takes_no_time(part):
    text = part * (LIMIT // len(part))
    started = time.process_time()
    plain_text(text)
    assert time.process_time() - started < 0.5
