from hypothesis import given
from hypothesis import strategies as st

from backend.units import split


def texts(text: str) -> list[tuple[str, str]]:
    return [(unit.kind, text[unit.start : unit.end]) for unit in split(text)]


def test_sentences_end_where_people_end_them() -> None:
    assert [text for _, text in texts("See e.g. the docs. It is v1.2.3! Use `a. B` now? Yes.")] == [
        "See e.g. the docs.",
        "It is v1.2.3!",
        "Use `a. B` now?",
        "Yes.",
    ]


def test_french_sentences_end_after_their_guillemets() -> None:
    found = texts("Voir M. Dupont. « Est-ce prêt ? » Écrire à l'équipe.")
    assert [text for _, text in found] == [
        "Voir M. Dupont.",
        "« Est-ce prêt ? »",
        "Écrire à l'équipe.",
    ]


def test_blocks_stay_whole() -> None:
    text = (
        "# Title\n\nRun this:\n\n```sh\na. B\n\n# c\n```\n\n- one\n  more\n- two. Three.\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n    indented\n\nSetext\n======\n<!-- no -->\n***\n"
    )
    assert texts(text) == [
        ("heading", "# Title"),
        ("sentence", "Run this:"),
        ("code", "```sh\na. B\n\n# c\n```"),
        ("item", "- one\n  more"),
        ("item", "- two. Three."),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("code", "    indented"),
        ("heading", "Setext\n======"),
    ]


def test_a_lead_announces_what_follows() -> None:
    assert [unit.leads for unit in split("Run **this:**\n\n- a\n")] == [True, False]


def test_a_sentence_without_an_end_announces_the_list_after_it() -> None:
    assert [unit.leads for unit in split("Invite these,\n\n- a\n")] == [True, False]
    assert [unit.leads for unit in split("It is so.\n\n- a\n")] == [False, False]


def test_a_caption_in_italics_is_one_thing() -> None:
    assert texts("_12. Who leads. [More](a_b.md)_\n") == [
        ("sentence", "_12. Who leads. [More](a_b.md)_")
    ]


def test_a_bold_line_heads_what_follows() -> None:
    assert [kind for kind, _ in texts("**Why so?**\n\nBecause.\n")] == ["heading", "sentence"]
    assert [kind for kind, _ in texts("**Never do this.**\n\nIt breaks.\n")] == ["sentence"] * 2


def test_a_long_table_is_quoted_by_rows() -> None:
    rows = ["| a | b |", "|---|---|", *(f"| row {n} | {'x' * 40} |" for n in range(40))]
    assert len(texts("\n".join(rows))) == len(rows)


@given(st.text(alphabet="aB. \n`#-|>*1\r\t:?é", max_size=200))
def test_units_are_in_order_and_hold_every_letter(text: str) -> None:
    at = 0
    for unit in split(text):
        assert at <= unit.start < unit.end <= len(text)
        assert not any(character.isalpha() for character in text[at : unit.start])
        at = unit.end
    assert not any(character.isalpha() for character in text[at:])


def test_boxes_are_walls_and_their_text_is_no_code() -> None:
    text = '::: tip A tip\nSay it.\n:::\n\n!!! note "A note"\n    It is indented. Twice.\n'
    assert texts(text) == [
        ("label", "::: tip A tip"),
        ("sentence", "Say it."),
        ("label", ":::"),
        ("label", '!!! note "A note"'),
        ("sentence", "It is indented."),
        ("sentence", "Twice."),
    ]
    assert not any(unit.leads for unit in split(text))


def test_a_table_of_html_is_quoted_by_its_cells() -> None:
    text = (
        "<table>\n<tr>\n<td>SEV-1</td>\n<td><p>Critical <b>issue</b>.</p>\n"
        "<ul><li>It breaks.</li></ul></td>\n</tr>\n</table>\n\nAfter.\n"
    )
    assert texts(text) == [
        ("heading", "SEV-1"),
        ("cell", "Critical <b>issue</b>."),
        ("cell", "It breaks."),
        ("sentence", "After."),
    ]
