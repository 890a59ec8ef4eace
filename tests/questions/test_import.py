"""The log files are imported line by line, each line once, whatever state they are found in."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from questions.importing import import_questions
from questions.models import Feedback, LogFile, Question
from questions.tasks import import_questions as task


def entry(identifier: str, question: str = "How do I free disk space?", **changes) -> str:
    return json.dumps(
        {
            "id": identifier, "asked_at": datetime.now(UTC).isoformat(), "question": question,
            "answered": True, "version": 7, "slot": "v2", "generator": "extractive",
            "retrieval": "hybrid", "seconds": 0.012, "documents": ["ops/disk.md"],
            "language": "en", **changes,
        }
    )  # fmt: skip


def log(folder, *lines: str, day: datetime | None = None, pid: int = 42, end: str = "\n"):
    path = folder / f"{day or datetime.now(UTC):%Y%m%d}-{pid}.jsonl"
    with path.open("a") as file:
        file.write("\n".join(lines) + end)
    return path


def questions() -> list[str]:
    return list(Question.objects.order_by("id").values_list("question", flat=True))


def test_it_imports_what_was_logged(folder):
    log(folder, entry("a"), entry("b", "Où sont les journaux ?", language="fr", answered=False))
    assert import_questions() == 2
    question = Question.objects.get(identifier="b")
    assert (question.question, question.answered) == ("Où sont les journaux ?", False)
    assert (question.version, question.slot, question.documents) == (7, "v2", ["ops/disk.md"])


def test_it_imports_no_line_twice(folder):
    log(folder, entry("a"))
    import_questions()
    log(folder, entry("b", "second"))
    assert import_questions() == 1
    assert import_questions() == 0
    assert questions() == ["How do I free disk space?", "second"]


def test_it_imports_no_line_twice_when_an_offset_is_lost(folder):
    log(folder, entry("a"))
    import_questions()
    LogFile.objects.all().delete()
    import_questions()
    assert Question.objects.count() == 1


def test_it_waits_for_the_end_of_a_line(folder):
    whole = entry("b", "second")
    log(folder, entry("a"), whole[:40], end="")
    assert import_questions() == 1
    log(folder, whole[40:])
    assert import_questions() == 1
    assert questions()[1] == "second"


def test_it_reads_the_files_of_several_processes(folder):
    log(folder, entry("a"), pid=1)
    log(folder, entry("b"), pid=2)
    assert import_questions() == 2


@pytest.mark.parametrize(
    "line",
    [
        "not json", "[]", "{}", entry("x", asked_at="yesterday"), entry("x", version=2**70),
        entry("x", seconds="soon"), entry("x", question=None), "\x00\x01",
    ],
)  # fmt: skip
def test_it_passes_over_a_line_that_is_no_question(folder, caplog, line):
    log(folder, entry("a"), line, entry("b", "after"))
    assert import_questions() == 2
    assert "is no question" in caplog.text


def test_it_keeps_a_question_that_a_database_can_hold(folder):
    log(folder, entry("a", "nul \x00 and \ud800 half"))
    import_questions()
    assert questions() == ["nul  and ? half"]


def test_it_imports_more_than_one_transaction_takes(folder, monkeypatch):
    monkeypatch.setattr("questions.log.READ_AT_ONCE", 700)
    log(folder, *(entry(str(number)) for number in range(20)))
    assert import_questions() == 20


def test_it_imports_nothing_when_questions_are_not_kept(folder, settings):
    settings.QUESTION_LOG = False
    log(folder, entry("a"))
    assert import_questions() == 0
    assert not Question.objects.exists()


def test_it_forgets_questions_after_their_time(folder, settings):
    settings.QUESTION_RETENTION_DAYS = 30
    old, recent = (datetime.now(UTC) - timedelta(days=days) for days in (31, 29))
    log(folder, entry("a", "old", asked_at=old.isoformat()),
        entry("b", "recent", asked_at=recent.isoformat()))  # fmt: skip
    import_questions()
    assert questions() == ["recent"]


def test_it_removes_a_file_once_all_of_it_is_imported_and_its_day_is_over(folder):
    past = datetime.now(UTC) - timedelta(days=3)
    kept, done = log(folder, entry("a")), log(folder, entry("b"), day=past)
    import_questions()
    assert kept.exists()
    assert not done.exists()
    assert list(LogFile.objects.values_list("name", flat=True)) == [kept.name]


def test_it_removes_a_file_past_its_time_even_if_questions_are_not_kept_by_now(folder, settings):
    settings.QUESTION_LOG = False
    settings.QUESTION_RETENTION_DAYS = 10
    old = log(folder, entry("a"), day=datetime.now(UTC) - timedelta(days=11))
    recent = log(folder, entry("b"), day=datetime.now(UTC) - timedelta(days=9))
    import_questions()
    assert (old.exists(), recent.exists()) == (False, True)


def test_it_imports_before_there_is_a_folder(folder):
    folder.rmdir()
    assert import_questions() == 0


def test_the_task_imports(folder):
    log(folder, entry("a"))
    task()
    assert questions() == ["How do I free disk space?"]


def feedback(identifier: str, **changes) -> str:
    return json.dumps(
        {
            "id": identifier, "given_at": datetime.now(UTC).isoformat(), "question": "Why?",
            "version": 7, "kind": "unhelpful", "comment": "", **changes,
        }
    )  # fmt: skip


@pytest.fixture
def said(folder):
    """Where the router appends what readers say of answers."""
    (folder / "feedback").mkdir()
    return folder / "feedback"


def test_it_imports_feedback_beside_the_questions(folder, said, caplog):
    """The file of a question and that of feedback have one name: one web worker, one backend."""
    log(folder, entry("a"))
    log(said, feedback("a", comment="Where?"), feedback("x", kind="great"), entry("q"))
    assert import_questions() == 2
    assert import_questions() == 0
    [given] = Feedback.objects.all()
    assert (given.question, given.kind, given.comment) == ("Why?", "unhelpful", "Where?")
    assert caplog.text.count("no feedback") == 2


def test_it_forgets_feedback_after_its_time(said, settings):
    settings.QUESTION_RETENTION_DAYS = 30
    old = datetime.now(UTC) - timedelta(days=31)
    file = log(said, feedback("a", given_at=old.isoformat()), feedback("b"), day=old)
    import_questions()
    assert [given.identifier for given in Feedback.objects.all()] == ["b"]
    assert not file.exists()


def test_it_imports_no_feedback_when_questions_are_not_kept(said, settings):
    settings.QUESTION_LOG = False
    log(said, feedback("a"))
    assert import_questions() == 0
