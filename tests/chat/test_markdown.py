"""The page's Markdown, run where it runs: its structure, its marks, and hostile text."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.chat.conftest import tab
from tests.chat.site import Site

pytestmark = pytest.mark.browser

DRAW = """async ({source, mark}) => {
  const { Drawing } = await import("/static/chat/markdown/drawing.js");
  const place = document.createElement("div");
  place.append(new Drawing({ marks: mark ? [mark] : [] }).draw(source));
  return place.innerHTML;
}"""
CALL = """async ([module, name, ...given]) => (await import(module))[name](...given)"""


@pytest.fixture(scope="module")
def blank(browser: Browser, site: Site) -> Iterator[Page]:
    """One tab for all: nothing here changes the page."""
    with tab(browser, site) as page:
        page.goto("/")
        yield page


def drawn(page: Page, source: str, mark: list[int] | None = None) -> str:
    return str(page.evaluate(DRAW, {"source": source, "mark": mark}))


def call(page: Page, module: str, name: str, *given: Any) -> Any:
    return page.evaluate(CALL, [f"/static/chat/{module}", name, *given])


@pytest.mark.parametrize(("source", "html"), [
    ("One\ntwo", "<p>One two</p>"),
    ("# Title #\ntext", "<h3>Title</h3><p>text</p>"),
    ("Title\n=====\n\ntext", "<h3>Title</h3><p>text</p>"),
    ("**bold** *it* _it_ `a*b` ~~no~~",
     "<p><strong>bold</strong> <em>it</em> <em>it</em> <code>a*b</code> <s>no</s></p>"),
    ("snake_case_name 2*3*4 \\*plain\\*", "<p>snake_case_name 2<em>3</em>4 *plain*</p>"),
    ("- a\n- b\n  - c\n\nafter", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><p>after</p>"),
    ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
    ("- a\n\n  b\n- c", "<ul><li>a<p>b</p></li><li>c</li></ul>"),
    ("> said\n> twice", "<blockquote><p>said twice</p></blockquote>"),
    ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
    ("![alt](x.png) [up](../a.md) <br>", "<p>alt up <br></p>"),
    ("<!-- hidden -->\nshown", "<p>shown</p>"),
    ("a [1] b [x]", "<p>a [1] b [x]</p>"),
    ('See [Disk full]({{< ref "./disk.md" >}}) or [Node]({% link node.md %}).',
     "<p>See Disk full or Node.</p>"),
])  # fmt: skip
def test_it_draws(blank: Page, source, html):
    assert drawn(blank, source) == html


REFERENCES = """async (source) => {
  const { Drawing } = await import("/static/chat/markdown/drawing.js");
  const place = document.createElement("div");
  const reference = (number) => `chip ${number}`;
  place.append(new Drawing({ marks: [], reference }).draw(source));
  return place.textContent;
}"""


@pytest.mark.parametrize(("source", "text"), [
    ("Wait. [1]", "Wait. chip 1"),
    ("Wait. [3][12]", "Wait. chip 3chip 12"),
    ("Try [cleaning up old logs][2]. [1]", "Try [cleaning up old logs][2]. chip 1"),
])  # fmt: skip
def test_a_documents_own_link_is_no_reference_of_ours(blank: Page, source, text):
    assert blank.evaluate(REFERENCES, source).replace("\u00a0", " ") == text


def test_it_draws_code_as_it_stands(blank: Page):
    html = drawn(blank, "- do:\n\n  ```sh\n  a  <b>\n    c\n  ```\n")

    assert "<code>a  &lt;b&gt;\n  c</code>" in html


def test_it_draws_tables(blank: Page):
    html = drawn(blank, "| a | b |\n|---|:-:|\n| `x\\|y` | z |\n")

    assert "<th>a</th><th>b</th>" in html
    assert "<td><code>x\\|y</code></td><td>z</td>" in html


def test_it_links_to_the_web_alone(blank: Page):
    html = drawn(blank, "[a](https://example.org/x) [b](javascript:alert(1)) [c](data:text/html,x) "
                        "https://example.org/y.")  # fmt: skip

    assert html.count("<a ") == 2
    assert 'href="https://example.org/y"' in html


@pytest.mark.parametrize("source", [
    "# Head **bold** text", "- one\n- two\n  three", "> quoted\n> words", "```\ncode\nmore\n```",
    "| a | b |\n|---|---|\n| c | d |", "text `code` *em* [link](https://example.org)",
    "---\na: b\n---\ntext", "Dédé 🚀 ok",
])  # fmt: skip
def test_it_marks_exactly_the_characters_asked_for(blank: Page, source):
    """What is drawn of any range is what the range holds, but for the marks of Markdown."""
    length = blank.evaluate("(text) => text.length", source)
    marked = blank.evaluate(
        """async ({source, length}) => {
          const { Drawing } = await import("/static/chat/markdown/drawing.js");
          const seen = [];
          for (let from = 0; from < length; from += 1) {
            for (let to = from + 1; to <= length; to += 1) {
              const place = document.createElement("div");
              place.append(new Drawing({ marks: [[from, to]] }).draw(source));
              const text = [...place.querySelectorAll("mark")].map((each) => each.textContent);
              seen.push([source.slice(from, to), text.join("")]);
            }
          }
          return seen;
        }""",
        {"source": source, "length": length},
    )
    for held, shown in marked:
        letters = iter(held.replace("\n", " "))
        assert all(letter in letters for letter in shown.replace("\n", " ")), (held, shown)


@pytest.mark.parametrize("source", [
    "*" * 50_000, "[" * 50_000, "`" * 49_999 + " `", "> " * 20_000, "- " * 20_000, "a_" * 25_000,
    "![](" * 12_000, "| a " * 12_000, "<" * 50_000, "- a\n\n" * 10_000, "```\n" * 10_001,
    "h" * 50_000, "<!--\n" * 10_000, "**a " * 12_000, "`a``" * 12_000,
], ids=lambda source: source[:6].strip())  # fmt: skip
def test_it_draws_hostile_text_in_time(blank: Page, source):
    began = time.monotonic()
    drawn(blank, source)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(("code", "copied"), [
    ("ls -l", "ls -l"),
    ("$ ls\na b\n$ cd \\\n  x \\\n  y\nout", "ls\ncd \\\n  x \\\n  y"),
    ("# comment\nmake up", "# comment\nmake up"),
])  # fmt: skip
def test_it_copies_what_can_be_run(blank: Page, code, copied):
    assert call(blank, "commands.js", "runnable", code) == copied


@pytest.mark.parametrize(("text", "language"), [
    ("How do I restart the database?", "en"),
    ("Que faire quand les deux liens sont coupés ?", "fr"),
    ("kubectl", None),
])  # fmt: skip
def test_it_tells_french_from_english(blank: Page, text, language):
    assert call(blank, "language.js", "languageOf", text) == language


def test_it_reads_server_sent_events_however_they_are_cut(blank: Page):
    stream = (': open\r\n\r\nevent: token\r\ndata: {"text": "é"}\r\n\r\n'
              'event: done\ndata: {"answered":\ndata:  true}\n\n')  # fmt: skip
    seen = blank.evaluate(
        """async (text) => {
          const { ask } = await import("/static/chat/stream.js");
          const bytes = new TextEncoder().encode(text);
          const before = window.fetch;
          const seen = [];
          for (let size = 1; size < 12; size += 1) {
            window.fetch = async () => new Response(new ReadableStream({
              start(controller) {
                for (let at = 0; at < bytes.length; at += size) {
                  controller.enqueue(bytes.slice(at, at + size));
                }
                controller.close();
              },
            }), { headers: { "Content-Type": "text/event-stream" } });
            const events = [];
            for await (const each of ask("q", [])) events.push(each);
            seen.push(JSON.stringify(events));
          }
          window.fetch = before;
          return [...new Set(seen)];
        }""",
        stream,
    )
    expected = [
        {"event": "token", "data": {"text": "é"}},
        {"event": "done", "data": {"answered": True}},
    ]
    assert [json.loads(each) for each in seen] == [expected]
