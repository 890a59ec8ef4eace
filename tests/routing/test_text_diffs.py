"""The texts of two versions, read from their indices and compared."""

from routing import differences, text_diffs
from tests.routing.indices import write_version


def test_the_texts_of_two_versions_are_compared(layout):
    write_version(layout, 1, {"a.md": "# A\n\nred\n", "b.md": "# B\n"})
    write_version(layout, 2, {"a.md": "# A\n\ngreen\n", "c.md": "# C\n"})
    found = differences.between(1, 2)
    texts = {text.path: text for text in text_diffs.between(1, 2, found)}
    assert [(path, text.kind) for path, text in texts.items()] == [
        ("a.md", "changed"), ("c.md", "added"), ("b.md", "removed"),
    ]  # fmt: skip
    assert (texts["a.md"].diff.added, texts["a.md"].diff.removed) == (1, 1)
    assert text_diffs.between(1, 3, found) == []
