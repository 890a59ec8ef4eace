"""A pasted notification is answered by the runbook of the alert that it names."""

import pytest

from backend import pasted
from retrieval.index import Index
from retrieval.layout import Layout
from tests.backend import answering
from tests.backend.test_extractive import KNOWLEDGE
from tests.backend.versions import build

NAME = "KubePodCrashLooping"


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Index:
    return build(Layout(tmp_path_factory.mktemp("data") / "indices"), 1, KNOWLEDGE)


@pytest.mark.parametrize(
    "text",
    [
        NAME,
        f"[FIRING:1] {NAME} (critical)",
        f"[FIRING:3] {NAME} pod=payments-api-7d9f namespace=prod severity=critical",
        f'{{alertname="{NAME}", namespace="prod", instance="10.0.3.4:9100"}}',
        f"Alert: {NAME} on ip-10-0-3-4",
        f"{NAME} for payments-api-7d9f",
        f"{NAME} is firing on web01 since 03:12, paged alice and bob of the platform team",
        f"[RESOLVED] PaymentsGatewayDown {NAME}",
    ],
)
def test_a_notification_is_about_the_alert_that_it_names(index: Index, text: str) -> None:
    assert pasted.subject(index, text) == NAME
    answer = answering.ask(index, KNOWLEDGE, text)
    assert answer.answered
    assert {cited.document for cited in answer.citations} == {f"{NAME}.md"}


@pytest.mark.parametrize(
    "text",
    [
        f"What does {NAME} mean?",
        f"When {NAME} comes up for the third time in one night, the team of the app is called.",
        "[FIRING:1] PaymentsGatewayDown (critical)",  # no document has it
        "Alert: a pod restarts on ip-10-0-3-4",  # nor a name
        "",
    ],
)
def test_all_else_is_left_as_it_is(index: Index, text: str) -> None:
    assert pasted.subject(index, text) == text


def test_an_alert_that_no_document_has_is_refused(index: Index) -> None:
    assert not answering.ask(index, KNOWLEDGE, "[FIRING:1] PaymentsGatewayDown (prod)").answered


def test_an_alert_whose_name_has_a_slip_is_found(index: Index) -> None:
    for text in ("What is KubePodCrashLoping?", "[FIRING:1] KubePodCrashLoping (critical)"):
        answer = answering.ask(index, KNOWLEDGE, text)
        assert answer.answered
        assert {cited.document for cited in answer.citations} == {f"{NAME}.md"}
