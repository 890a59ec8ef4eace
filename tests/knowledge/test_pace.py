"""The schedule scans a large folder more rarely; who was told of a change is not held up."""

import pytest

from knowledge import pace
from knowledge.sync import reconcile_folder
from tests.polling import eventually


@pytest.fixture(autouse=True)
def rested(monkeypatch):
    monkeypatch.setattr(pace, "_rests_until", 0.0)


def test_after_a_scan_it_rests_in_proportion_and_no_longer_than_a_minute(monkeypatch):
    with pace.measured():
        sum(range(300_000))
    assert not pace.is_due()
    eventually(pace.is_due, within=10)
    monkeypatch.setattr(pace, "SHARE", 1e-9)
    monkeypatch.setattr(pace, "LONGEST_REST", 0.0)
    with pace.measured():
        sum(range(300_000))
    assert pace.is_due()


@pytest.mark.django_db(transaction=True)
def test_a_routine_waits_for_its_turn_and_a_nudge_does_not(settings, tmp_path, monkeypatch):
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    settings.RUN_DIR = tmp_path
    reconcile_folder()
    monkeypatch.setattr(pace, "_rests_until", float("inf"))
    (settings.KNOWLEDGE_DIR / "a.md").write_text("# A\n")
    assert reconcile_folder(routine=True).taken == 0
    assert reconcile_folder().taken == 1
    (settings.KNOWLEDGE_DIR / "b.md").write_text("# B\n")
    monkeypatch.setattr(pace, "_rests_until", 0.0)
    assert reconcile_folder(routine=True).taken == 1
