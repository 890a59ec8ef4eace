import pytest

from knowledge import lint, revisions

pytestmark = pytest.mark.django_db


def told(body, path="ops/db.md", **keywords):
    return [(hint.line, hint.words) for hint in lint.hints(body, path, **keywords)]


def lines(body, word, **keywords):
    return [line for line, words in told(body, **keywords) if word in words]


def test_a_text_as_it_should_be_has_no_hints():
    revisions.save("intro.md", "# Intro\n", actor="bob", door="api")
    body = "---\nowner: ana\n---\n# DB\n\nSee [intro](../intro.md#x).\n\n```bash\nls\n```\n"
    assert told(body) == []
    assert told("") == []


@pytest.mark.parametrize("body", ["just text\n", "---\nowner: ana\n---\n\ntext\n"])
def test_a_text_without_a_heading_is_told(body):
    assert lines(body, "no heading") == [1]


def test_a_title_in_the_front_matter_is_heading_enough():
    assert told("---\ntitle: DB\n---\n\ntext\n") == []


def test_a_code_block_without_a_language_is_told_where_it_is():
    quoted, listed = "> ~~~sql\n> select 1\n> ~~~", "- a\n\n  ```\n  b\n  ```"
    body = f"---\nowner: ana\n---\n# DB\n\n```\nls\n```\n\n{quoted}\n\n{listed}\n"
    assert lines(body, "no language") == [6, 16]


@pytest.mark.parametrize("end", ["", "ls\n", "ls\n``", "ls\n\n\n"])
def test_a_code_block_that_never_ends_is_told(end):
    assert lines(f"# DB\n\n```bash\n{end}", "never closed") == [3]


def test_links_to_documents_that_are_not_there_are_told():
    for path in ("ops/new one.md", "intro.md"):
        revisions.save(path, "# Other\n", actor="bob", door="api")
    body = (
        "# DB\n\n[a](gone.md) [b](new%20one.md)\n\n[c](/intro.md) [d](../gone.md#x)\n"
        "[e](https://example.org/gone.md) [f](picture.png) [g](#part) [h](http://[x.md)\n"
    )
    assert lines(body, "ops/gone.md") == [3]
    assert [words for _, words in told(body)] == [
        "There is no document ops/gone.md.",
        "There is no document gone.md.",
    ]


def test_front_matter_that_cannot_be_read_is_told():
    assert lines("---\ntitle: [\n---\n# DB\n", "can't be read") == [1]
    assert lines("---\ntitle: DB\n\n# DB\n", "never closed") == [1]
    assert lines("---\n\n# DB\n", "front matter") == []


def test_a_title_that_another_document_has_is_told():
    saved = revisions.save("a.md", "# DB\n", actor="bob", door="api")
    assert lines("# DB\n", "a.md has the same title") == [1]
    assert told("# DB\n", path="a.md", pk=saved.revision.document_id) == []


def test_a_day_or_an_owner_that_does_not_count_is_told_where_it_is():
    body = "---\ntitle: DB\nreview_by: next week\nowner: [ana, bob]\n---\ntext\n"
    assert lines(body, "review_by is not a day") == [3]
    assert lines(body, "owner is not a name") == [4]
