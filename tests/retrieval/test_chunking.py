"""Chunks are slices of the document that follow its headings, whatever the document is."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.chunking import EMBEDDED_CHARACTERS, LARGEST, SECTION_CHARACTERS, split
from retrieval.markdown import content_start
from tests.retrieval.test_markdown import NASTY

SENTENCE = "The service keeps its state on one disk and copies it every night. "


def texts(body):
    return [body[chunk.start : chunk.end] for chunk in split(body)]


def shows_nothing(text):
    return not any(map(str.isalnum, re.sub(r"<!--.*?(?:-->|\Z)", "", text, flags=re.S)))


def check(body):
    """What holds for every document."""
    chunks = split(body)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    place = content_start(body)
    for chunk in chunks:
        assert shows_nothing(body[place : chunk.start])
        assert chunk.start < chunk.end <= chunk.start + LARGEST
        assert body[chunk.start : chunk.end].strip()
        assert chunk.embedded_text.strip()
        assert len(chunk.embedded_text) <= EMBEDDED_CHARACTERS
        assert len(chunk.section) <= SECTION_CHARACTERS
        chunk.embedded_text.encode()
        place = chunk.end
    assert shows_nothing(body[place:])
    return chunks


LINES = [
    *("# A", "## B", "text", "- item", "1. one", "> q", "    code", "```", "~~~", "|a|b|", "|-|-|"),
    *(
        "---",
        "===",
        "<div>",
        "<!-- c -->",
        "[a]: b",
        "title: x",
        "",
        "\0",
        "\ufeff",
        "\ud800",
        "\t",
    ),
    *(SENTENCE * 40, "x" * 5_000),
]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(LINES), max_size=30), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_word_is_in_one_chunk(lines, newline):
    body = newline.join(lines)
    assert check(body) == split(body)


@pytest.mark.parametrize("body", NASTY.values(), ids=NASTY.keys())
def test_it_splits_the_worst_in_seconds(body):
    started = time.process_time()
    check(body)
    assert time.process_time() - started < 10


def test_a_chunk_opens_with_its_heading_and_names_the_path_to_it():
    body = "# AIOps\n\n## Support\n\nCall the desk.\n"
    (chunk,) = split(body)
    assert body[chunk.start : chunk.end] == body.rstrip()
    assert chunk.section == "AIOps > Support"
    assert chunk.embedded_text == "AIOps > Support. Call the desk."


def test_sections_are_apart_and_the_path_goes_down_and_up():
    long = SENTENCE * 4
    body = f"# A\n\n{long}\n\n## B\n\n{long}\n\n### C\n\n{long}\n\n## D\n\n{long}\n"
    assert [chunk.section for chunk in split(body)] == ["A", "A > B", "A > B > C", "A > D"]


def test_neighbouring_sections_of_a_few_words_are_one_chunk_with_their_headings():
    body = "# Terms\n\n## SLO\n\nA goal.\n\n## SLA\n\nA contract.\n"
    (chunk,) = split(body)
    assert body[chunk.start : chunk.end] == body.rstrip()
    assert chunk.section == "Terms"


def test_a_short_section_keeps_its_own_chunk_beside_a_long_one():
    body = f"# A\n\n## B\n\n{SENTENCE * 4}\n\n## C\n\nCall 12.\n\n## D\n\n{SENTENCE * 4}\n"
    assert [chunk.section for chunk in split(body)] == ["A > B", "A > C", "A > D"]


def test_a_last_heading_without_text_stays_with_what_is_before_it():
    assert texts(f"# A\n\n{SENTENCE}\n\n## See also\n") == [f"# A\n\n{SENTENCE}\n\n## See also"]


def test_a_comment_before_the_first_heading_is_no_chunk_of_its_own():
    body = f"<!-- lint off -->\n\n# A\n\n{SENTENCE}\n"
    assert [chunk.section for chunk in split(body)] == ["A"]


def test_the_front_matter_is_in_no_chunk_but_names_a_document_without_a_title():
    body = f"---\ntitle: Disk full\n---\n## Steps\n\n{SENTENCE}\n"
    (chunk,) = split(body)
    assert body[chunk.start : chunk.end] == f"## Steps\n\n{SENTENCE}".rstrip()
    assert chunk.section == "Disk full > Steps"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n\n",
        "\ufeff",
        "---\ntitle: T\n---\n",
        "---\ntitle: T\n---",
        "***\n\n---\n",
        "\0",
        "<!-- a -->",
    ],
)
def test_nothing_to_index_is_no_chunk(body):
    assert split(body) == []


@pytest.mark.parametrize(
    "block",
    [
        "```sh\n" + "kubectl get pods -A\n\n" * 40 + "```",
        "| name | value |\n|---|---|\n" + "| replicas | 3 |\n" * 60,
        "- first, look\n  - then think\n\n" * 30,
    ],
    ids=["fence", "table", "list"],
)
def test_a_block_stays_whole_where_it_can(block):
    body = f"# A\n\n{SENTENCE * 15}\n\n{block}\n\n{SENTENCE * 15}\n"
    assert any(block.strip() in text for text in texts(body))


def test_a_long_block_is_cut_at_its_lines():
    rows = [f"| row {number} | value |" for number in range(300)]
    body = "| a | b |\n|---|---|\n" + "\n".join(rows)
    found = texts(body)
    assert len(found) > 3
    assert "\n".join(found) == body


def test_a_long_paragraph_is_cut_after_its_sentences():
    found = texts(SENTENCE * 100)
    assert len(found) > 3
    assert all(text.endswith(".") and text.startswith("The") for text in found)


def test_a_small_end_joins_what_is_before_it():
    body = f"# A\n\n{SENTENCE * 15}\n\nThat is all.\n"
    assert len(split(body)) == 1


def test_newlines_of_windows_change_nothing_but_the_offsets():
    body = f"---\ntitle: T\n---\n# A\n\n{SENTENCE * 10}\n\n```\na\n```\n\n## B\n\n{SENTENCE * 20}\n"
    windows = body.replace("\n", "\r\n")
    assert [text.replace("\r\n", "\n") for text in texts(windows)] == texts(body)
    assert [c.section for c in split(windows)] == [c.section for c in split(body)]
    assert [c.embedded_text for c in split(windows)] == [c.embedded_text for c in split(body)]


def test_a_heading_in_a_fence_or_a_quote_opens_no_section():
    body = f"# A\n\n```\n# not this\n```\n\n> # nor this\n\n{SENTENCE}\n"
    assert {chunk.section for chunk in split(body)} == {"A"}


def test_an_edit_leaves_the_other_chunks_as_they_were():
    sections = [f"## S{number}\n\n{SENTENCE * 6}\n\n" for number in range(10)]
    before = {chunk.embedded_text for chunk in split("".join(sections))}
    sections[4] = f"## S4\n\nOther words. {SENTENCE * 30}\n\n"
    after = {chunk.embedded_text for chunk in split("".join(sections))}
    assert len(before - after) == 1


def test_what_is_embedded_is_words_alone():
    body = (
        "# The *big* `title`\n\n"
        "See [the guide](https://example.org/a_(b)?q=1) and ![a graph](x.png) &amp; "
        "**bold** snake_case.\n\n"
        "{% include note.html %} {{< figure src=x >}} {{ site.url }} {: .note}\n\n"
        "<div class='x'>inside</div> <!-- hidden\nremark -->\n\n"
        "| a | b |\n|---|:-:|\n| 1 | 2 |\n\n"
        "> - quoted item\n\n"
        "```python\nprint(1)\n```\n\n[ref]: https://example.org\n"
    )
    (chunk,) = split(body)
    assert chunk.embedded_text == (
        "The big title. See the guide and a graph & bold snake_case. inside a b 1 2 quoted item "
        "print(1)"
    )


def test_what_is_announced_stays_with_its_announcement():
    steps = "\n".join(f"{n}. Do step {n} of the long procedure with care." for n in range(1, 20))
    body = f"# How\n\n{'An introduction of some length. ' * 25}\n\nDo this:\n\n{steps}\n"

    texts = [body[chunk.start : chunk.end] for chunk in split(body)]

    assert any(text.startswith("Do this:") and text.endswith(steps) for text in texts)


def test_a_long_listing_is_cut_between_its_parts():
    parts = [f"def part_{n}():\n    first(n)\n\n    second({n})\n" for n in range(90)]
    body = "# Code\n\n```python\n" + "\n".join(parts) + "```\n"

    texts = [body[chunk.start : chunk.end] for chunk in split(body)]

    assert len(texts) > 3
    assert all(len(text) <= LARGEST for text in texts)
    lists = "# List\n\n" + "".join(f"- item {n}\n  and more of it\n" for n in range(200))
    for chunk in split(lists)[1:]:
        assert lists[chunk.start :].startswith("- item")


def test_words_are_without_markup_and_the_text_is_as_it_was_written():
    body = (
        "---\ntitle: Pods\n---\n# Pods\n\n{% include warning.html %} See "
        "[the <b>guide</b>](https://x.org).\n\n"
        "```sh\nkubectl logs <pod> # {{ .name }}\n```\n{: .wide }\n"
    )
    (chunk,) = split(body)

    assert chunk.words == "Pods See the guide. kubectl logs <pod> # {{ .name }}"
    assert body[chunk.start : chunk.end] == body[body.index("# Pods") :].rstrip()


def test_the_front_matters_title_is_embedded_where_it_is_another_than_the_heading():
    body = "---\ntitle: Kube Pod Not Ready\n---\n# KubePodNotReady\n\nA pod is not ready.\n"

    assert split(body)[0].section == "KubePodNotReady"
    assert split(body)[0].embedded_text == (
        "Kube Pod Not Ready. KubePodNotReady. A pod is not ready."
    )
    assert split(body.replace("Kube Pod Not Ready", "KubePodNotReady"))[0].embedded_text == (
        "KubePodNotReady. A pod is not ready."
    )
