"""The one renderer: what it shows, what it makes inert, and that nothing stops it."""

import re
import time
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval import markdown
from retrieval.markdown import blocks, first_heading, front_matter, render, title

NASTY = {
    "3 MB on one line": "word " * 600_000,
    "brackets": "[" * 100_000,
    "a list of lists": "- " * 90_000,
    "quotes in quotes": "> " * 90_000,
    "open tags": "<div>" * 40_000,
    "lists in lists as tags": "<ul><li>" * 25_000,
    "formatting tags": "".join(f"<font size={n}>" for n in range(999)) + "<p>x" * 1_000,
    "as many tags as are read": "<div>" * 2_000,
    "many lines": "- a\n" * 1_000_000,
    "definitions": "[a]: b\n" * 25_000,
    "unclosed fence": "```\n" + "a\n" * 10_000,
    "NUL": "a\0b" * 1_000,
    "lone surrogate": "a\ud800b",
    "carriage returns": "# A\r\rtext\r",
    "front matter of brackets": "---\na: " + "[" * 15_000 + "\n---\n",
}


@pytest.mark.parametrize("body", NASTY.values(), ids=NASTY.keys())
def test_it_renders_the_worst_in_seconds(body):
    started = time.process_time()
    assert isinstance(render(body), str)
    assert isinstance(title(body, "a/b.md"), str)
    assert isinstance(front_matter(body), dict)
    assert time.process_time() - started < 10


@settings(deadline=None, max_examples=100)
@given(
    st.text(alphabet=st.sampled_from("#-*`|[]()<>&\\ \n\r\t\0\ufeff:.ax'\"\ud800é"), max_size=200)
)
def test_it_takes_any_text(body):
    render(body)
    front_matter(body)
    assert title(body, "name.md")


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<style>*{display:none}</style>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&colon;alert(1))",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<iframe src=//evil></iframe>",
        "<form action=//evil><input></form>",
        "![x](data:text/html;base64,PHNjcmlwdD4=)",
        "<math><mtext></mtext><style><img src=x onerror=alert(1)></style></math>",
        "<p style='position:fixed'>x</p>",
        "<meta http-equiv=refresh content='0;url=//evil'>",
    ],
)
def test_it_lets_nothing_run(body):
    page = _Page()
    page.feed(render(body))
    assert not page.tags & {"script", "style", "iframe", "form", "input", "meta", "svg", "math"}
    for name, value in page.attributes:
        assert not name.startswith("on")
        assert name != "style"
        assert not re.match(r"\s*(javascript|data)\s*:", value or "", re.I)


def test_it_shows_what_people_write():
    page = render("# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n~~old~~ `code`\n\n- one\n- two\n")
    for part in ("<h1>Title</h1>", "<td>1</td>", "<s>old</s>", "<code>code</code>", "<li>two</li>"):
        assert part in page


def test_it_keeps_the_language_of_a_fence():
    assert '<code class="language-bash">' in render("```bash\nls\n```\n")


def test_it_keeps_harmless_html():
    assert "<summary>More</summary>" in render(
        "<details><summary>More</summary>\n\ntext\n</details>"
    )


def test_it_opens_links_without_a_way_back():
    assert 'rel="noopener noreferrer"' in render("[a](https://example.org)")


def test_it_hides_front_matter_also_after_a_byte_order_mark():
    assert render("\ufeff---\ntitle: T\n---\n# A\n") == "<h1>A</h1>\n"


def test_it_shows_a_text_that_only_begins_like_front_matter():
    assert "Some text" in render("---\nSome text here\n\n---\nmore\n")


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("---\ntitle: T\ntags: [a, b]\n---\nx", {"title": "T", "tags": ["a", "b"]}),
        ("\ufeff---\r\ntitle: T\r\n---\r\nx", {"title": "T"}),
        ("---\ntitle: T\n...\nx", {"title": "T"}),
        ("---\rtitle: T\r---\rx", {"title": "T"}),
        ("# no front matter", {}),
        ("---\ntitle: unclosed", {}),
        ("---\ntitle: a: b: [\n---\n", {}),
        ("---\n- a list\n---\n", {}),
        ("---\nwhen: 2024-99-99\n---\n", {}),
        ("---\nx: !!python/object/apply:os.system [ls]\n---\n", {}),
        ("---\n---\nx", {}),
        ("---\n1: one\n---\n", {"1": "one"}),
    ],
)
def test_it_reads_front_matter(body, values):
    assert front_matter(body) == values


def test_a_table_that_lacks_nearly_all_its_cells_is_shown_as_it_was_typed():
    """The parser would make them all: hundreds of thousands, of a few kilobytes."""
    wide = "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n"
    assert render((wide + "|b\n" * 60 + "\n") * 10).startswith("<pre>")
    assert blocks(f"# A\n\n{wide}" + "> |b\n" * 60)[0].heading is None
    assert "<table>" in render(wide + "|b" * 1_000 + "|\n|b\n")
    assert "<table>" in render("> |a|b|\n> |-|-|\n" + "> |c\n" * 5_000)


def test_it_refuses_a_yaml_bomb():
    lines = ["a: &a [x, x]"] + [f"{n}: &{n} [*{p}, *{p}, *{p}]" for p, n in pairwise("abcde")]
    assert front_matter("---\n" + "\n".join(lines) + "\n---\n") == {}


def test_it_refuses_nesting_that_would_take_the_stack():
    assert front_matter("---\na: " + "[" * 40 + "]" * 40 + "\n---\n")
    assert front_matter("---\na: " + "[" * 60 + "]" * 60 + "\n---\n") == {}


@pytest.mark.parametrize("values", ["a:\tb", "a: b\n\t", "a: [b,\tc]", "a: b\n\ufeffc: d"])
def test_what_libyaml_reads_otherwise_is_left_to_the_slower_one(values):
    try:
        expected = yaml.safe_load(values)
    except yaml.YAMLError:
        expected = {}
    assert front_matter(f"---\n{values}\n---\n") == expected


NEAR_HEADINGS = [
    "# A", "## ", "###### B #", "text", "- item", "  - # C", "> # D", "    # code", "   # E", "```",
    "|a|b|", "|-|-|", "---", "===", "  ===  ", "- ", "<!-- c", "-->", "[a]: b", "[a]: b 'x", "y'",
    "", "", "\t# x", "<script>", "</script>", "# ![](x)", "#F", "\0# n",
]  # fmt: skip


@settings(deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(NEAR_HEADINGS), max_size=14), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_heading_found_in_the_first_lines_is_the_one_that_the_whole_text_has(lines, newline):
    content = newline.join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "TITLE_MOSTLY_IN", 25)
        found = first_heading(content)
    whole = [each.heading.text for each in blocks(content) if each.heading and each.heading.text]
    assert found == next(iter(whole), "")


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        ("---\ntitle: ' From front matter '\n---\n# H", "x.md", "From front matter"),
        ("---\ntitle: 2024\n---\n", "x.md", "2024"),
        ("---\ntitle: [a]\n---\n# Heading", "x.md", "Heading"),
        ("text\n\nUnder\n=====\n", "x.md", "Under"),
        ("## **Bold** `code` [link](http://x) <b>tag</b> {#id}\n", "x.md", "Bold code link tag"),
        ("# snake_case stays\n", "x.md", "snake_case stays"),
        ("```\n# no heading\n```\n", "a/kube-pod_crash.md", "Kube pod crash"),
        ("", "runbooks/KubePodCrashLooping.md", "KubePodCrashLooping"),
        ("", "network/dns/README.md", "Dns"),
        ("", ".md", ".md"),
        ('---\ntitle: "a\\ud800b"\n---\n', "x.md", "a\ufffdb"),
    ],
)
def test_it_finds_a_title(body, path, expected):
    assert title(body, path) == expected


def test_a_title_is_short():
    assert len(title("# " + "long " * 1_000, "x.md")) <= 200
