"""What operators watch in /metrics, on the real system, whichever process counts it."""

import re

from tests.polling import eventually

WATCHED = {
    "kb_questions_total", "kb_question_duration_seconds_count",
    "kb_question_first_token_seconds_count", "kb_retrieval_duration_seconds_count",
    "kb_embedding_duration_seconds_count", "kb_index_builds_total",
    "kb_index_build_stage_duration_seconds_count", "kb_edit_to_served_seconds_count",
    "kb_switch_duration_seconds_count", "kb_activations_total", "kb_backend_up",
    "kb_serving_version", "kb_hold_active", "kb_unserved_edits",
}  # fmt: skip


def _metrics(system) -> dict[str, float]:
    lines = re.findall(r"^(kb_\S+) (\S+)$", system.http.get("/metrics").text, re.M)
    return {name: float(value) for name, value in lines}


def test_what_operators_watch_is_there(system):
    names = {name.partition("{")[0] for name in _metrics(system)}
    assert names >= WATCHED


def test_a_rollback_is_counted_and_its_hold_is_told(system):
    system.write("ops/watched.md", "# Watched\n\nThe watch word of dock two is LANTERN.\n")
    system.answers("What is the watch word of dock two?", "LANTERN")
    system.in_sync()
    done = 'kb_activations_total{kind="rollback",result="done"}'
    before = _metrics(system)
    assert before["kb_hold_active"] == 0
    assert system.control("POST", "/api/rollback", json={"reason": "drill"}).status_code == 200
    after = _metrics(system)
    assert (after["kb_hold_active"], after[done]) == (1, before[done] + 1)
    assert system.control("POST", "/api/resume").status_code == 200
    eventually(lambda: _metrics(system)["kb_hold_active"] == 0)
    system.in_sync()
