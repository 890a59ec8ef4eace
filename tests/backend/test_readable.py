"""Answers that read badly once: each kind, on documents of our own."""

import pytest

from backend.citations import Finished
from retrieval.index import Index
from retrieval.layout import Layout
from tests.backend import answering
from tests.backend.versions import build

KNOWLEDGE = {
    "levels.md": (
        "# Levels\n\nEvery outage has a level.\n\n"
        "<table>\n<tr><th>Level</th><th>Meaning</th></tr>\n"
        "<tr><td>LVL-1</td><td>The whole port is closed to ships.</td></tr>\n"
        "<tr><td>LVL-2</td><td>One quay is closed.</td></tr>\n</table>\n"
    ),
    "course.md": (
        "# Course\n\n## Really a LVL-1?\n\nPeople argue for ten minutes whether it is a LVL-1.\n\n"
        "## Treating as a LVL-1\n\n_12. We treat it as a LVL-1. [Reference](levels.md)_\n\n"
        "It may turn out to be a LVL-4, who knows.\n\n"
        "## Harbour master\n\n_13. Harbour master. [Reference](roles.md)_\n\n"
        "The harbour master is one of the most interesting people.\n"
    ),
    "roles.md": (
        "# Roles\n\n## Harbour master / HM\n\n"
        "The harbour master is the person who says which ship may enter.\n\n"
        "## Duties on watch\n\nWhoever is on watch has these duties,\n\n"
        "- look at the tide tables\n- answer the radio\n- light the lamps\n\n"
        "The Port Safety Board (PSB) reads the log once a month.\n"
    ),
    "index.md": (
        "# Start here\n\n## Before a storm\n\nReading for those who wait for a storm.\n\n"
        "- [Storm warnings](storm.md) - _How a storm is announced._\n"
        "- [Mooring](mooring.md) - _How ships are moored in a storm._\n"
        "- [Sandbags](sand.md) - _Where they are before a storm._\n"
    ),
    "storm.md": (
        "# Storms\n\n## Announcing\n\nBefore a storm two black cones are hoisted on the mast.\n"
    ),
    "TideGaugeSilent.md": (
        "# TideGaugeSilent\n\n## Meaning\n\nThe tide gauge sends nothing.\n\n"
        "## Mitigation\n\nRestart the gauge at the pier.\n"
    ),
    "TideGaugeFlapping.md": (
        "# TideGaugeFlapping\n\n## Meaning\n\n"
        "The tide gauge on the pier has changed its state for more than 15 minutes.\n"
    ),
    "LampsOut.md": (
        "# LampsOut\n\n## Meaning\n\nThe lamps on the quay are out.\n\n## Mitigation\n\nTODO\n"
    ),
    "RadioSilent.md": (
        "# RadioSilent\n\n## Meaning\n\nThe harbour radio has said nothing for an hour.\n\n"
        '## Mitigation\n\nSee [Lamps]({{< ref "./LampsOut.md" >}}).\n'
    ),
    "crane.md": (
        "# Cranes\n\n## Lifting\n\nA crane may lift at most forty tonnes when the wind is weak.\n\n"
        "## Night\n\nNobody may wake the crane driver during the night without a good reason.\n"
    ),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return build(Layout(tmp_path_factory.mktemp("harbour")), 1, KNOWLEDGE)


def ask(index: Index, *questions: str) -> Finished:
    return answering.ask(index, KNOWLEDGE, *questions)


def test_a_row_of_a_table_says_what_its_first_cell_is(index: Index) -> None:
    answer = ask(index, "What is a LVL-1?")
    assert answer.text == "The whole port is closed to ships. [1]"
    assert answer.citations[0].section == "Levels > LVL-1"


def test_what_a_term_is_says_the_sentence_that_defines_it(index: Index) -> None:
    answer = ask(index, "What is the harbour master?")
    assert [each.document for each in answer.citations] == ["roles.md"]
    assert answer.text.startswith("The harbour master is the person who")


def test_a_word_alone_asks_what_it_is(index: Index) -> None:
    assert ask(index, "harbour master").citations[0].document == "roles.md"


def test_a_list_is_given_whole_with_what_announces_it(index: Index) -> None:
    answer = ask(index, "What are the duties on watch?")
    lines = answer.citations[0].quote.splitlines()
    assert lines[0] == "Whoever is on watch has these duties,"
    assert lines[-1] == "- light the lamps"


def test_a_table_of_contents_is_no_answer(index: Index) -> None:
    answer = ask(index, "What happens before a storm?")
    assert answer.citations[0].quote.startswith("Before a storm two black cones")


def test_an_alert_is_answered_by_the_runbook_of_its_name(index: Index) -> None:
    answer = ask(
        index,
        "[FIRING:1] TideGaugeSilent (pier=4 severity=warning) silent for more than 15 minutes",
    )
    assert {each.document for each in answer.citations} == {"TideGaugeSilent.md"}


def test_what_is_still_to_be_written_is_no_answer(index: Index) -> None:
    answer = ask(index, "LampsOut: the lamps are out, what do I do?")
    assert answer.text == "The lamps on the quay are out. [1]"
    assert answer.citations[0].document == "LampsOut.md"


def test_where_to_read_on_does_not_go_with_an_alert(index: Index) -> None:
    answer = ask(index, "The harbour radio has said nothing for an hour")
    assert answer.text == "The harbour radio has said nothing for an hour. [1]"


def test_words_alone_may_have_a_name_that_no_document_knows(index: Index) -> None:
    """A title has all the others. A question of such a name is refused."""
    asked = ask(index, "Is the ACME tide gauge silent?")
    assert not asked.answered
    assert ask(index, "ACME tide gauge silent").confidence > 1.5 * asked.confidence


def test_letters_are_spelt_out(index: Index) -> None:
    assert "Port Safety Board (PSB)" in ask(index, "What is the PSB?").text


def test_a_question_in_another_language_gets_the_sentence_that_means_it(index: Index) -> None:
    answer = ask(index, "Peut-on réveiller le conducteur de la grue pendant la nuit ?")
    assert answer.citations[0].quote.startswith("Nobody may wake the crane driver")
