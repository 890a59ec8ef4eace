"""From a question that nobody answered to a document, to "answered now", to a probe in the gate."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from builder import gap_answers, gap_document
from builder.gap_answers import check
from builder.models import Probe
from knowledge import revisions
from questions.models import Gap
from tests.builder.place import Place
from tests.builder.place import check as check_of
from tests.questions.asking import gap_of, say

pytestmark = pytest.mark.django_db

NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"
BADGE = "# Badge printer\n\nTo reset the badge printer, hold the green button for 7 seconds.\n"
QUESTION = "How do I reset the badge printer?"
LIST = "/admin/questions/gap/"


def page(gap: Gap, act: str = "") -> str:
    return f"{LIST}{gap.pk}/{act}/" if act else f"{LIST}{gap.pk}/change/"


def client(*permissions: str) -> Client:
    user = User.objects.create_user(f"u{len(permissions)}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    signed_in = Client()
    signed_in.force_login(user)
    return signed_in


@pytest.fixture
def editor():
    return client("view_gap", "change_gap", "view_document", "add_document", "change_document")


@pytest.fixture
def operator():
    return client("view_gap", "change_gap", "view_probe", "add_probe")


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def gap(place: Place) -> Gap:
    """Asked of the first version, which does not answer it."""
    number = place.publish({"ops/node.md": NODE}).number
    return gap_of(QUESTION, version=number, nearest=["ops/node.md"])


def test_it_is_answered_by_the_version_that_brings_its_document(gap: Gap, place: Place):
    assert check() == 0
    number = place.publish({"ops/badge.md": BADGE}).number
    assert check() == 1
    gap.refresh_from_db()
    assert (gap.state, gap.answered_in, gap.document) == ("answered", number, "ops/badge.md")
    assert check() == 0


def test_a_version_is_asked_once_and_told_what_is_nearest(gap: Gap, place: Place):
    Gap.objects.update(nearest=[])
    number = place.publish({"ops/more.md": "# Printers\n\nThe printers are on the first floor.\n"})
    assert check() == 0
    gap.refresh_from_db()
    assert (gap.state, gap.checked_in) == ("open", number.number)


def test_what_did_not_help_is_answered_only_by_what_was_saved_since(gap: Gap, place: Place):
    """The answer is there, and was: the reader who wrote "outdated" has seen it."""
    served = place.publish({"ops/badge.md": BADGE}).number
    say("unhelpful", QUESTION, "outdated", version=served)
    gap_of("reset the badge printer", version=served)
    place.publish({"ops/more.md": "# Printers\n\nThe printers are on the first floor.\n"})
    assert check() == 0
    place.publish({"ops/badge.md": BADGE.replace("7", "9")})
    assert check() == 1


def test_a_gap_that_can_not_be_asked_keeps_its_turn(gap: Gap, place: Place, settings, monkeypatch):
    """The backend is gone: nothing is concluded from that, and the look ends with its time."""
    monkeypatch.setattr(gap_answers, "LONGEST", 0.05)
    place.publish({"ops/badge.md": BADGE})
    urls = settings.BACKEND_URLS
    settings.BACKEND_URLS = dict.fromkeys(urls, "http://127.0.0.1:9")
    assert check() == 0
    settings.BACKEND_URLS = urls
    monkeypatch.undo()
    assert check() == 1


def test_a_look_is_bounded(gap: Gap, place: Place, monkeypatch):
    for number in range(3):
        gap_of(f"Unknown thing {number}?", version=gap.checked_in)
    monkeypatch.setattr(gap_answers, "MOST", 2)
    number = place.publish({"ops/badge.md": BADGE}).number
    check()
    assert Gap.objects.filter(checked_in=number).count() == 2
    check()
    assert Gap.objects.filter(checked_in=number).count() == 4


def test_one_click_starts_a_document_filled_in_from_the_question(gap: Gap, editor: Client):
    answer = editor.post(page(gap, "start"))
    gap.refresh_from_db()
    assert (gap.state, gap.document) == ("started", "ops/reset-badge-printer.md")
    form = editor.get(answer.url).content.decode()
    assert 'value="ops/reset-badge-printer.md"' in form
    assert "# How do I reset the badge printer\n" in form
    filled = {name: values[0] for name, values in parse_qs(urlsplit(answer.url).query).items()}
    editor.post(urlsplit(answer.url).path, {**filled, "expected": "0"})
    saved = revisions.get("ops/reset-badge-printer.md")
    assert saved.note == f"Created for the question “{QUESTION}”"
    history = f"/admin/knowledge/document/{saved.document_id}/history/"
    assert QUESTION in text_of(editor.get(history))
    shown = editor.get(page(gap)).content.decode()
    assert f"/admin/knowledge/document/{saved.document_id}/change/" in shown
    assert "Go on writing" not in shown


@pytest.mark.parametrize(
    ("question", "title", "path"),
    [
        ("  comment réinitialiser\nl'imprimante à badges ?",
         "Comment réinitialiser l'imprimante à badges", "reinitialiser-imprimante-badges.md"),
        ("¿dónde?", "Dónde", "donde.md"),
        ("???", "", "answer.md"),
        ("どこですか", "どこですか", "どこですか.md"),
        ("x" * 4000, "X" + "x" * 99, "x" * 80 + ".md"),
    ],
)  # fmt: skip
def test_titles_and_paths(question, title, path):
    gap = gap_of(question)
    assert gap_document.title_of(gap) == title
    assert gap_document.path_for(gap) == path


def test_a_path_that_is_taken_gets_a_number():
    revisions.save("reset-badge-printer.md", "# A", actor="eve", door="api")
    assert gap_document.path_for(gap_of(QUESTION)) == "reset-badge-printer-2.md"


def test_asked_now_in_admin_it_says_what_is_answered(gap: Gap, place: Place, editor: Client):
    assert "does not answer it" in text_of(editor.post(page(gap, "ask")))
    number = place.publish({"ops/badge.md": BADGE}).number
    told = text_of(editor.post(page(gap, "ask")))
    assert "hold the green button" in told
    assert f"Answered now in #{number}" in told


def test_an_answered_gap_becomes_a_probe_that_the_next_gate_asks(
    gap: Gap, place: Place, operator: Client
):
    refused = operator.post(page(gap, "probe"), {"severity": "blocking"})
    assert refused.status_code == 409
    assert "does not answer it" in text_of(refused)
    place.publish({"ops/badge.md": BADGE, "ops/other.md": NODE.replace("Node", "Other")})
    check()
    assert "Make it a blocking probe" in text_of(operator.get(page(gap)))
    for _click in range(2):
        assert operator.post(page(gap, "probe"), {"severity": "blocking"}).status_code == 302
    probe = Probe.objects.get()
    assert (probe.question, probe.must_cite, probe.severity) == (
        QUESTION, "ops/badge.md", "blocking",
    )  # fmt: skip
    assert "Each version is asked this" in text_of(operator.get(page(gap)))
    served = place.publish({"ops/node.md": NODE + "\nThen wait.\n"})
    assert check_of(served, "probes")["passed"]
    place.remove("ops/badge.md")
    assert place.publish() == served
    assert QUESTION in check_of(place.newest(), "probes")["detail"]


def test_who_may_not_write_probes_may_make_one_that_warns(gap: Gap, place: Place, editor: Client):
    place.publish({"ops/badge.md": BADGE})
    assert editor.post(page(gap, "probe"), {"severity": "blocking"}).status_code == 403
    assert editor.post(page(gap, "probe"), {"severity": "loud"}).status_code == 403
    assert editor.post(page(gap, "probe"), {"severity": "warning"}).status_code == 302
    assert Probe.objects.get().severity == "warning"


def test_dismissed_in_admin_with_a_reason(gap: Gap, editor: Client):
    assert editor.post(page(gap, "dismiss"), {"reason": " "}).status_code == 409
    assert editor.post(page(gap, "dismiss"), {"reason": "<b>never</b>"}).status_code == 302
    assert QUESTION not in text_of(editor.get(LIST))
    assert QUESTION in text_of(editor.get(f"{LIST}?state=dismissed"))
    assert "&lt;b&gt;never&lt;/b&gt;" in editor.get(page(gap)).content.decode()
    assert editor.post(page(gap, "reopen")).status_code == 302
    assert QUESTION in text_of(editor.get(f"{LIST}?q=BADGE+printer"))


def test_get_changes_nothing_and_what_is_gone_is_404(gap: Gap, editor: Client):
    assert editor.get(page(gap, "start")).status_code == 405
    assert editor.get(f"{LIST}{gap.pk + 1}/change/").status_code == 404
    assert editor.get(f"{LIST}nonsense/change/").status_code == 404


def test_ten_thousand_gaps_are_listed_and_searched_quickly(
    editor: Client, quiet_indices, django_assert_max_num_queries
):
    now = timezone.now()
    Gap.objects.bulk_create(
        Gap(
            question=f"Why is machine {number} late?", folded=f"why is machine {number} late?",
            key=str(number), size=2, analyser="fr-en-1", asked=number % 50 + 1,
            first_asked=now, last_asked=now,
        )
        for number in range(10_000)
    )  # fmt: skip
    for url in (LIST, f"{LIST}?p=150", f"{LIST}?q=machine+777", f"{LIST}?state=all&o=2"):
        with django_assert_max_num_queries(25):
            started = timezone.now()
            shown = editor.get(url)
            took = (timezone.now() - started).total_seconds()
        assert shown.status_code == 200
        assert took < 2, url
    assert text_of(editor.get(f"{LIST}?q=machine+7777")).count("Why is machine") == 1
