"""Programs that act for a person: their rights, their name, their end; and the pages for it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from access import tokens
from access.models import Token
from knowledge import revisions
from knowledge.models import Revision
from routing.models import Decision
from tests.access.conftest import waiting_version

pytestmark = pytest.mark.django_db

LIST = reverse("admin:access_token_changelist")
ADD = reverse("admin:access_token_add")


def program(text):
    return APIClient(headers={"Authorization": f"Bearer {text}"})


def put(client, path="a.md"):
    return client.put(f"/api/documents/{path}", {"body": "x"}, format="json")


def made(client, name="ci", **more):
    """The token that the admin's page tells."""
    answer = client.post(ADD, {"name": name, "expires_at_0": "", "expires_at_1": "", **more})
    assert answer.status_code == 200, answer
    assert "no-store" in answer["Cache-Control"]
    return answer.context_data["text"]


@pytest.fixture
def at_work(people):
    """Name to a client whose person is signed in."""
    clients = {name: Client() for name in people}
    for name, client in clients.items():
        client.force_login(people[name])
    return clients


def test_a_program_may_what_its_person_may_and_histories_name_both(at_work, people):
    writes = program(made(at_work["alice"]))
    assert put(writes).status_code == 201
    revision = Revision.objects.get()
    assert (revision.saved_by, revision.door) == ("alice (token ci)", "api")
    assert writes.post("/api/rollback").status_code == 403
    people["alice"].groups.clear()
    assert put(writes).status_code == 403


def test_a_version_names_both_too(at_work, settings, tmp_path):
    settings.INDICES_DIR = settings.DATA_DIR = tmp_path
    waiting_version(1)
    operator = program(made(at_work["bob"], "deploy"))
    operator.post("/api/versions/1/reject", {"reason": "no"}, format="json")
    decision = Decision.objects.get()
    assert (decision.actor, decision.door) == ("bob (token deploy)", "api")


def test_a_long_name_still_fits_the_history(groups):
    person = User.objects.create_user("x" * 150, is_staff=True, is_superuser=True)
    token, text = tokens.create(person, "n" * 60)
    assert put(program(text)).status_code == 201
    saved_by = Revision.objects.get().saved_by
    assert len(saved_by) <= 150
    assert saved_by.endswith(f"… (token {'n' * 60})")
    assert tokens.actor(token) == saved_by


def test_only_its_sum_is_kept(at_work):
    text = made(at_work["alice"])
    token = Token.objects.get()
    assert token.digest == tokens.digest(text)
    assert len(text) > 40
    assert all(text not in str(value) for value in vars(token).values())
    assert text not in at_work["alice"].get(LIST).content.decode()


def test_it_opens_nothing_once_it_is_revoked_over_or_its_person_is_gone(at_work, people):
    alice = people["alice"]
    ending = [
        lambda token: tokens.revoke(token, actor="root"),
        lambda token: Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1)),
        lambda token: User.objects.filter(pk=alice.pk).update(is_active=False),
    ]
    for end in ending:
        Token.objects.all().delete()
        token, text = tokens.create(alice, "ci", timezone.now() + timedelta(hours=1))
        assert program(text).get("/api/documents").status_code == 200
        end(token)
        refused = program(text).get("/api/documents")
        assert (refused.status_code, refused.json()["code"]) == (401, "authentication_failed")


def test_it_says_when_it_was_used_last(people):
    text = tokens.create(people["alice"], "ci")[1]
    assert Token.objects.get().last_used_at is None
    program(text).get("/api/documents")
    first = Token.objects.get().last_used_at
    assert first is not None
    program(text).get("/api/documents")
    assert Token.objects.get().last_used_at == first  # to the minute
    Token.objects.update(last_used_at=first - timedelta(minutes=2))
    program(text).get("/api/documents")
    assert Token.objects.get().last_used_at > first


@pytest.mark.parametrize("given", ["", "x", "kb_", "é", "kb_" + "x" * 43, "a b"])
def test_what_is_no_token_opens_nothing(db, given):
    assert program(given).get("/api/documents").status_code == 401


def test_each_person_sees_and_makes_their_own(at_work, people):
    made(at_work["alice"], user=people["bob"].pk)
    token = Token.objects.get()
    assert token.user == people["alice"]
    page = reverse("admin:access_token_change", args=[token.pk])
    revoke = reverse("admin:access_token_revoke", args=[token.pk])
    assert at_work["alice"].get(page).status_code == 200
    assert "ci" not in at_work["bob"].get(LIST).context_data["cl"].result_list.values_list("name")
    assert at_work["bob"].get(page).status_code == 302
    assert at_work["bob"].post(revoke).status_code == 404
    assert at_work["alice"].post(page, {"name": "other"}).status_code == 403
    assert at_work["dan"].get(LIST).status_code == 403


def test_an_administrator_makes_one_for_anybody(client, people):
    client.force_login(User.objects.create_superuser("root"))
    text = made(client, user=people["alice"].pk)
    assert put(program(text)).status_code == 201
    assert Revision.objects.get().saved_by == "alice (token ci)"


def test_the_form_says_what_cannot_be(at_work):
    alice = at_work["alice"]
    made(alice)
    for wrong, words in (
        ({"name": "ci"}, "in use already"),
        ({"name": "a\nb"}, "Letters, digits"),
        ({"name": ""}, "required"),
        ({"name": "x", "expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, "has passed"),
    ):
        page = alice.post(ADD, {"expires_at_0": "", "expires_at_1": "", **wrong})
        assert words in page.content.decode(), wrong
    assert Token.objects.count() == 1


def test_revoking_takes_a_look_and_a_post_and_frees_the_name(at_work):
    alice = at_work["alice"]
    text = made(alice)
    token = Token.objects.get()
    revoke = reverse("admin:access_token_revoke", args=[token.pk])
    assert "for good" in alice.get(revoke).content.decode()
    assert program(text).get("/api/documents").status_code == 200
    assert alice.post(revoke, follow=True).status_code == 200
    assert program(text).get("/api/documents").status_code == 401
    assert "revoked by alice" in alice.get(LIST).content.decode()
    assert "revoked already" in alice.post(revoke, follow=True).content.decode()
    made(alice)
    assert Token.objects.count() == 2


def test_a_program_without_the_staff_tick_may_ask_and_no_more(groups):
    carl = User.objects.create_user("carl")
    carl.groups.add(Group.objects.get(name="Editors"))
    text = tokens.create(carl, "bot")[1]
    assert program(text).get("/api/documents").status_code == 403


def test_a_program_needs_no_csrf_and_a_wrong_token_is_not_saved_by_a_session(at_work, people):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(people["alice"])
    assert put(client).status_code == 403  # a session does
    client.credentials(HTTP_AUTHORIZATION="Bearer wrong")
    assert put(client).status_code == 401
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.create(people['alice'], 'ci')[1]}")
    assert put(client).status_code == 201
    assert revisions.get("a.md").saved_by == "alice (token ci)"
