"""A2: it says when it does not know, in figures on real questions that have no answer."""

import pytest

from backend.abstention import ENOUGH
from evaluation import measures, sets
from evaluation.collecting import collected
from evaluation.sets import Set
from tests.promises.conftest import QUESTIONS
from tests.system import PROJECT

ALERTS = PROJECT.parent / "shared" / "data" / "ir-alert-runbook-prometheus.tar.xz"
AUROC = 0.88
ANSWERED, REFUSED = 0.8, 0.7  # what is asserted of the shares; what is measured is printed
UNKNOWN = [
    "What is the rollback code for project Borealis?",
    "When is the kiln of Harrow fired?",
    "Who won the world cup in 1998?",
    "Quelle est la capitale de la Mongolie ?",
    "Where did the expedition of 1911 find the harbour?",
]


def test_it_says_when_it_does_not_know(system):
    """A2. What no document says is refused, with what comes near; what one says is answered."""
    for question in QUESTIONS:
        answer = system.ask(question)
        assert answer["answered"], answer
        assert answer["confidence"] >= ENOUGH
    for question in UNKNOWN:
        answer = system.ask(question)
        assert not answer["answered"], answer
        assert 0 <= answer["confidence"] < ENOUGH
        assert answer["citations"] == []
        assert len(answer["nearest"]) <= 3


def test_alerts_without_a_runbook_are_told_from_those_with_one(own_system):
    """A2. 106 real alerts that a runbook explains, and 27 that none does."""
    alerts = _alerts()
    system = own_system()
    for path, text in alerts.documents.items():
        system.write(path, text)
    system.in_sync(within=120)
    answers = [(each.answerable, system.ask(each.text)) for each in alerts.questions]
    known = [answer for answerable, answer in answers if answerable]
    unknown = [answer for answerable, answer in answers if not answerable]
    auroc = measures.auroc(*([each["confidence"] for each in some] for some in (known, unknown)))
    answered = sum(each["answered"] for each in known) / len(known)
    refused = sum(not each["answered"] for each in unknown) / len(unknown)
    print(f"A2: AUROC {auroc:.3f}; {answered:.0%} answered with, {refused:.0%} refused without")
    assert auroc >= AUROC
    assert answered >= ANSWERED
    assert refused >= REFUSED


def _alerts() -> Set:
    if not ALERTS.is_file():
        pytest.skip(f"The alerts are not here: {ALERTS}.")
    with collected(ALERTS) as [folder]:
        return sets.load(folder)
