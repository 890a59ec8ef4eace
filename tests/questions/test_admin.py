"""The admin shows what was asked, and changes nothing."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from questions.models import Feedback, Question


@pytest.fixture
def question(db):
    return Question.objects.create(
        identifier="a", asked_at=timezone.now(), question="Why is the node not ready?",
        answered=False, version=7, slot="v2", generator="extractive", retrieval="hybrid",
        seconds=0.02, documents=["ops/node.md"], language="en",
    )  # fmt: skip


@pytest.fixture
def alice(client, django_user_model):
    """Staff who may view questions."""
    user = django_user_model.objects.create_user("alice", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_question"))
    client.force_login(user)
    return user


def test_it_lists_what_was_asked(client, alice, question):
    page = client.get(reverse("admin:questions_question_changelist"))
    assert page.status_code == 200
    assert b"Why is the node not ready?" in page.content


def test_it_shows_a_question(client, alice, question):
    page = client.get(reverse("admin:questions_question_change", args=[question.pk]))
    assert page.status_code == 200
    assert b"#7" in page.content


def test_it_lists_what_was_said_of_answers(admin_client, db):
    given = Feedback.objects.create(
        identifier="a", given_at=timezone.now(), question="Why?", version=7, kind="unhelpful",
        comment="<b>No</b>, it is Tuesday",
    )  # fmt: skip
    page = admin_client.get(reverse("admin:questions_feedback_changelist")).content.decode()
    assert "not helpful" in page
    assert "&lt;b&gt;No&lt;/b&gt;, it is Tuesday" in page
    one = reverse("admin:questions_feedback_change", args=[given.pk])
    assert "#7" in admin_client.get(one).content.decode()
    assert admin_client.post(one, {"kind": "helpful"}).status_code == 403


def test_it_offers_no_way_to_change_them(admin_client, question):
    change = reverse("admin:questions_question_change", args=[question.pk])
    delete = reverse("admin:questions_question_delete", args=[question.pk])
    assert admin_client.post(change, {"question": "Other"}).status_code == 403
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    assert admin_client.get(reverse("admin:questions_question_add")).status_code == 403


def test_charlie_without_the_right_sees_nothing(client, django_user_model, question):
    charlie = django_user_model.objects.create_user("charlie", password="x", is_staff=True)
    client.force_login(charlie)
    assert client.get(reverse("admin:questions_question_changelist")).status_code == 403
