"""A document's page with one quote of it marked: the very words, and nothing that can run."""

import html
import re
import time

import pytest

from retrieval import chunking, marked
from retrieval.marked import Quote


def words(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def marks(body: str, text: str, until: str = "", section: str = "") -> str:
    """What is marked, as a reader sees it."""
    page = marked.page(body, Quote(text, until, section))
    return "|".join(words(each) for each in re.findall(r"<mark[^>]*>(.*?)</mark>", page.html, re.S))


@pytest.mark.parametrize(("body", "quote", "seen"), [
    ("One two three.", "two", "two"),
    ("A **bold** word, `co de`.", "**bold** word, `co de`", "bold| word, |co de"),
    ("One\r\ntwo\r\nthree", "one\ntwo".title(), ""),
    ("One\r\ntwo\r\nthree", "One\ntwo", "One\ntwo"),
    ("One\n  two", "One two", "One\ntwo"),
    ("# A\n\n- b\n- c\n\nd", "- b\n- c", "b|c"),
    ("| a | b |\n|---|---|\n| c | d |\n| e | d |", "| e | d |", "e|d"),
    ("1. x:\n\n   ```sh\n   $ a\n   $ b\n   ```\n", "$ b", "$ b"),
    ("    in\n    code", "code", "code"),
    ("[a](http://x.example/very/long/address/that/holds/b) then b", "then b", "then b"),
    ("Tom &amp; Jerry \\*run\\* on", "Jerry \\*run\\*", "Jerry *run*"),
    ("say `a\nb` then c", "`a\nb` then", "a b| then"),
    ("use <pod> here", "<pod>", "<pod>"),
    ("![a plan](http://x.example/p.png) of it", "plan](http://x.example/p.png) of", "plan of"),
    ("see [x](y.md){:target=\"_blank\"} and z", "x](y.md){:target=\"_blank\"} and", "x| and"),
    ("Dédé 🚀 ok", "🚀", "🚀"),
    ("one\n\ntwo", "three", ""),
])  # fmt: skip
def test_it_marks_the_very_words(body, quote, seen):
    assert marks(body, quote) == seen


def test_it_marks_a_long_quote_by_its_ends():
    assert marks("a b c d e f g", "b c", until="f") == "b c d e f"


@pytest.mark.parametrize(("section", "before"), [
    ("Doc > B", "other"), ("Doc > A > C", "C"), ("Doc > No such", "A")
])  # fmt: skip
def test_it_prefers_the_section_of_the_quote(section, before):
    body = "# Doc\n## A\nsame\n### C\nsame\n## B\nother\n\nsame"
    page = marked.page(body, Quote("same", section=section)).html

    assert words(page.partition("<mark")[0]).split()[-1] == (
        "other" if before == "same" else before
    )


def test_it_marks_every_chunk_of_a_document():
    body = "---\ntitle: T\n---\n# T\n\nIntro *text*.\n\n" + "\n\n".join(
        f"## Part {n}\n\n- item {n}\n- [link {n}](x.md)\n\n```sh\n$ run {n}\n```" for n in range(40)
    )
    for chunk in chunking.split(body):
        text = body[chunk.start : chunk.end]
        plain = re.findall(r"\w+", re.sub(r"\]\([^)]*\)|```sh|^---.*?---", "", text, flags=re.S))
        assert re.findall(r"\w+", marks(body, text, section=chunk.section)) == plain


@pytest.mark.parametrize("hostile", [
    "<script>window.hacked = 1</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>", "[x](javascript:alert(1))", "<iframe src=//x></iframe>",
    "<mark id=passage onclick=alert(1)>x</mark>", "\ufdd0\ufdd1<b title='\ufdd0'>x</b>",
    "`<script>`", "<pod onclick=alert(1)>", "<form action=//x><button>x</button></form>",
])  # fmt: skip
def test_nothing_on_the_page_can_run_or_ask_elsewhere(hostile):
    body = f"before {hostile} after\n\n{hostile}\n\n```\n{hostile}\n```\n"
    page = marked.page(body, Quote(hostile)).html

    tags = "".join(re.findall(r"<[^>]*>", page)).lower()
    assert not re.search(r"<(script|svg|iframe|form|button|pod|img)|javascript:|\son\w+=", tags)
    assert page.count("<mark") == page.count("</mark>")


TABLE = """<table>
<tr><td title="closed quay">LVL-1</td><td><p class="x">The quay is
 closed.</p><ul><li>Call <code>!port</code> &amp; wait.</li></ul></td></tr>
</table>
"""


@pytest.mark.parametrize(("quote", "seen"), [
    ("The quay is\n closed.", "The quay is\n closed."),
    ("<li>Call <code>!port</code> &amp; wait.</li>", "Call|!port|& wait."),
    ("closed.</p><ul><li>Call", "closed.|Call"),
])  # fmt: skip
def test_it_marks_what_stands_in_the_document_s_own_html(quote, seen):
    assert marks(f"# Levels\n\n{TABLE}", quote) == seen


@pytest.mark.parametrize("block", [
    '<div title="a > b the words">x</div>',
    "<div title='\"> the words <img src=x onerror=alert(1)>'>y</div>",
    "<p title=the&#32;words onclick=alert(1)>the other words</p>",
    "<!-- the words --><div>z</div>", "<script>the words</script>", "<div a='the words",
])  # fmt: skip
def test_no_mark_stands_in_a_tag(block):
    page = marked.page(f"# One\n\n{block}\n", Quote("the words")).html

    assert "<mark" not in page
    assert "<img" not in page
    assert "<script" not in page
    assert not re.search(r"<[^>]*\sonclick", page)


def test_it_says_that_a_quote_is_not_there():
    assert not marked.page("one", Quote("two")).found
    assert marked.page("one", Quote()).html == "<p>one</p>\n"


@pytest.mark.parametrize("line", ["line of text\n", "text"])
def test_it_shows_a_part_of_what_is_too_large_for_a_page(line):
    body = line * 40_000 + " the passage " + line * 40_000
    page = marked.page(body, Quote("the passage"))

    assert '<mark id="passage">the passage</mark>' in page.html
    assert not page.whole
    assert len(page.html) < 70_000


@pytest.mark.parametrize("body", [
    "*" * 50_000, "[" * 50_000, "| a " * 12_000, "&amp; " * 12_000, "a_" * 25_000,
])  # fmt: skip
def test_it_marks_hostile_text_in_time(body):
    began = time.monotonic()
    marked.page(body, Quote(body[1000:2000], body[-50:]))
    assert time.monotonic() - began < 5
