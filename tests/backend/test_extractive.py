"""How extractive answers read, on a few runbooks of the kind that people write."""

import pytest

from backend.citations import Finished
from retrieval.index import Index
from retrieval.layout import Layout
from tests.backend import answering
from tests.backend.versions import build

RUNBOOK = """\
# {name}

## Meaning

{meaning}

## Impact

{impact}

## Mitigation

{mitigation}
"""
KNOWLEDGE = {
    "KubePodCrashLooping.md": RUNBOOK.format(
        name="KubePodCrashLooping",
        meaning="The app of a pod dies, and Kubernetes starts it again and again.",
        impact="The service is degraded.",
        mitigation="Talk with the developers of the app.\n\n```sh\nkubectl logs -p $POD\n```",
    ),
    "KubeReplicasMismatch.md": RUNBOOK.format(
        name="KubeReplicasMismatch",
        meaning="A deployment has not the number of replicas that it should.",
        impact="The service may be degraded.",
        mitigation="The definition of the deployment needs to be fixed.",
    ),
    "etcdNoLeader.md": RUNBOOK.format(
        name="etcdNoLeader",
        meaning="The etcd cluster has no leader since a minute.",
        impact="Nothing can be written to the cluster.",
        mitigation="1. Look at the members.\n2. Start those that are down.\n3. Restore a backup.",
    ),
    "roles.md": (
        "# Roles\n\n## Scribe\n\nSee [the guide](scribe.md).\n\n"
        "A scribe writes down what happens during an incident.\n\n"
        "## Deputy\n\nA deputy is the one who supports the commander.\n"
    ),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return build(Layout(tmp_path_factory.mktemp("runbooks")), 1, KNOWLEDGE)


def ask(index: Index, *questions: str) -> Finished:
    return answering.ask(index, KNOWLEDGE, *questions)


def test_what_to_do_is_answered_by_its_section_whole(index: Index) -> None:
    answer = ask(index, "What should I do when etcd has no leader?")
    [citation] = answer.citations
    assert citation.section == "etcdNoLeader > Mitigation"
    assert citation.quote.splitlines()[0] == "1. Look at the members."
    assert citation.quote.splitlines()[-1] == "3. Restore a backup."


def test_a_command_is_kept_as_it_is(index: Index) -> None:
    answer = ask(index, "How do I fix KubePodCrashLooping?")
    assert "\n\n```sh\nkubectl logs -p $POD\n```\n\n[1]" in answer.text


def test_another_alert_does_not_answer(index: Index) -> None:
    """ "Fixed" stands in the other's runbook alone."""
    answer = ask(index, "How do I fix KubePodCrashLooping?")
    assert {each.document for each in answer.citations} == {"KubePodCrashLooping.md"}


def test_what_an_impact_is_asks_for_no_definition(index: Index) -> None:
    answer = ask(index, "What is the impact of KubePodCrashLooping?")
    assert answer.text == "The service is degraded. [1]"


def test_the_text_of_an_alert_gets_what_to_do_as_well(index: Index) -> None:
    answer = ask(index, "etcd cluster has no leader since 5 minutes")
    sections = [each.section.rpartition(" > ")[2] for each in answer.citations]
    assert sections[0] == "Meaning"
    assert sections[-1] == "Mitigation"


def test_where_to_read_on_is_no_answer(index: Index) -> None:
    answer = ask(index, "What does the scribe do during an incident?")
    assert answer.citations[0].quote == "A scribe writes down what happens during an incident."


def test_a_question_goes_on(index: Index) -> None:
    assert "supports" in ask(index, "What does the scribe do?", "and the deputy?").text
    answer = ask(index, "What does KubePodCrashLooping mean?", "and how do I fix it?")
    assert "kubectl logs -p $POD" in answer.text
