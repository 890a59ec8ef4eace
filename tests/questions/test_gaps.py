"""Questions that nobody answered become gaps; what happens to those."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from questions import gaps, gathering
from questions.errors import GapDecided, NoSuchGap, ReasonNeeded
from questions.gathering import gather
from questions.importing import import_questions
from questions.models import Feedback, Gap, GapTerm, Question
from tests.questions.asking import ask, gap_of, say

pytestmark = pytest.mark.django_db

BADGE = "How do I reset the badge printer?"


@pytest.fixture(autouse=True)
def quiet(settings, tmp_path):
    settings.RUN_DIR = tmp_path
    settings.QUESTIONS_DIR = tmp_path
    settings.QUESTION_LOG = True


def counts() -> list[tuple[str, int, int]]:
    return [(gap.question, gap.asked, gap.reported) for gap in Gap.objects.order_by("id")]


def test_what_was_not_answered_is_grouped_and_counted():
    ask(BADGE, days=2, language="en")
    ask("reset badge PRINTER", version=3)
    ask("Où est le badge ?")
    ask("Where are the backups?", answered=True)
    assert gather() == 3
    assert gather() == 0
    assert counts() == [(BADGE, 2, 0), ("Où est le badge ?", 1, 0)]
    gap = Gap.objects.first()
    assert (gap.checked_in, gap.language, gap.state) == (3, "en", "open")
    assert gap.last_asked - gap.first_asked > timedelta(days=1)


def test_feedback_joins_the_gap_of_its_question():
    """Who reports an unanswered question was counted when asking it; a thumb down counts anew."""
    ask(BADGE)
    say("gap", BADGE, "It prints blank cards")
    ask("Where are the backups?", answered=True)
    say("unhelpful", "where are the backups", "Out of date")
    say("helpful", BADGE)
    gather()
    assert counts() == [(BADGE, 1, 1), ("where are the backups", 1, 1)]
    assert [each.comment for each in Feedback.objects.exclude(gap=None).order_by("id")] == [
        "It prints blank cards", "Out of date",
    ]  # fmt: skip


def test_the_same_rows_give_the_same_gaps_in_whatever_parts_they_come(monkeypatch):
    questions = [
        "who approves travel expenses above limit contractors",
        "who approves travel expenses above yearly limit contractors",
        "who approves travel expenses above yearly limit paid contractors",
        BADGE, "qui valide les frais ?", "Qui validé les FRAIS", "who approves travel",
    ]  # fmt: skip
    for question in questions:
        ask(question)
    found = []
    for at_once in (1, 3, 50):
        Gap.objects.all().delete()
        monkeypatch.setattr(gathering, "AT_ONCE", at_once)
        gather()
        first = Gap.objects.order_by("id").values_list("pk", flat=True)[0]
        rows = Question.objects.order_by("asked_at")
        found.append([(row.question, row.gap_id - first) for row in rows])
    assert found[0] == found[1] == found[2]
    assert [gap for _, gap in found[0]] == [0, 0, 1, 2, 3, 3, 4]


def test_the_nearest_documents_of_the_last_asking_are_known():
    gap = gap_of(BADGE, nearest=["ops/old.md"], days=1)
    ask(BADGE, nearest=["ops/badge.md", "ops/door.md"])
    ask(BADGE)
    gather()
    gap.refresh_from_db()
    assert gap.nearest == ["ops/badge.md", "ops/door.md"]


def test_words_of_another_analyser_are_made_anew():
    gap = gap_of(BADGE)
    Gap.objects.update(analyser="old", key="old")
    GapTerm.objects.filter(term="reset").update(term="x")
    ask("reset the badge printers")
    assert gather() == 1
    assert counts() == [(BADGE, 2, 0)]
    gap.refresh_from_db()
    assert gap.analyser != "old"


def test_gaps_go_with_the_last_of_their_questions(settings):
    settings.QUESTION_RETENTION_DAYS = 30
    ask("Old and gone?", days=31)
    ask(BADGE, days=31)
    ask(BADGE, days=3)
    gather()
    import_questions()
    assert counts() == [(BADGE, 1, 0)]
    assert not GapTerm.objects.exclude(gap__question=BADGE).exists()
    assert Gap.objects.get().first_asked > datetime.now(UTC) - timedelta(days=4)


def test_nothing_is_gathered_when_questions_are_not_kept(settings):
    settings.QUESTION_LOG = False
    ask(BADGE)
    import_questions()
    assert not Gap.objects.exists()


def test_dismissed_by_whom_when_and_why_it_stays_so():
    gap = gap_of(BADGE)
    with pytest.raises(ReasonNeeded):
        gaps.dismiss(gap.pk, actor="alice", reason=" ")
    dismissed = gaps.dismiss(gap.pk, actor="alice", reason="not our printer")
    assert (dismissed.state, dismissed.decided_by, dismissed.reason) == (
        "dismissed", "alice", "not our printer",
    )  # fmt: skip
    assert dismissed.decided_at is not None
    with pytest.raises(GapDecided, match="dismissed by alice already"):
        gaps.dismiss(gap.pk, actor="bob", reason="me too")
    assert gap_of(BADGE, version=9).state == "dismissed"
    assert gaps.reopen(gap.pk, actor="bob").state == "open"
    with pytest.raises(NoSuchGap):
        gaps.reopen(gap.pk + 1, actor="bob")


def test_answered_now_and_open_again_when_a_later_version_does_not():
    """A question that an older version was asked may be imported after the answer was found."""
    gap = gap_of(BADGE, version=4)
    assert gaps.to_check(4).count() == 0
    assert gaps.to_check(5).get() == gap
    assert gaps.answered(gap.pk, version=5, document="ops/badge.md")
    assert not gaps.answered(gap.pk, version=6, document="ops/other.md")
    assert gap_of(BADGE, version=4).state == "answered"
    again = gap_of(BADGE, version=7)
    assert (again.state, again.reason) == ("open", "Asked again, and not answered in #7.")
    assert gaps.to_check(7).count() == 0


def test_what_someone_writes_is_checked_first_then_what_waited_longest():
    for number in range(3):
        gap_of(f"What is term{chr(97 + number) * 3}?", version=3 - number)
    last = Gap.objects.order_by("id").last()
    gaps.start(Gap.objects.order_by("id").first().pk, actor="alice", document="a.md")
    assert [gap.checked_in for gap in gaps.to_check(9)] == [3, 1, 2]
    gaps.unanswered(last.pk, version=9, nearest=["ops/near.md"])
    assert [gap.checked_in for gap in gaps.to_check(9)] == [3, 2]
    last.refresh_from_db()
    assert last.nearest == ["ops/near.md"]


def test_it_is_found_whatever_its_case_and_accents():
    gap_of("Où est l'Œuvre d'ÉLISE ?")
    gap_of(BADGE)
    found = gaps.matching(Gap.objects.all(), "elise OEUVRE")
    assert [gap.question for gap in found] == ["Où est l'Œuvre d'ÉLISE ?"]
    assert not gaps.matching(Gap.objects.all(), "elise badge").exists()


def test_an_asking_costs_few_queries_however_many_gaps_there_are():
    for number in range(40):
        ask(f"What is the meaning of entry {number} here?")
    gather()
    ask("What is the meaning of this strange machine in the cellar here?")
    with CaptureQueriesContext(connection) as queries:
        gather()
    assert Gap.objects.count() == 41
    assert len(queries) < 40
