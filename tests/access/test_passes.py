"""CHAT_REQUIRES_LOGIN: who may ask, decided by a signed cookie and a file, without a database.

Tests without the `db` fixture prove it: in them any query is an error.
"""

import json
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.core.signing import TimestampSigner, b62_encode
from django.test import Client
from django.utils import timezone

from access import admitted, passes, tokens
from access.models import Token

ASKING = [
    ("post", "/api/ask", {"question": "x"}), ("get", "/api/search?q=x", None),
    ("get", "/api/sources/a.md", None), ("get", "/api/suggestions", None),
]  # fmt: skip
PASSWORD = "correct horse staple"


@pytest.fixture(autouse=True)
def wanted(settings, tmp_path):
    settings.CHAT_REQUIRES_LOGIN = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DATA_DIR, settings.RUN_DIR = tmp_path, tmp_path / "run"
    settings.RUN_DIR.mkdir()


@pytest.fixture
def alice(client):
    """Known to the file alone, and her pass in the browser."""
    user = User(pk=7, username="alice", password="hash")
    list_in_file(users={"7": passes.stamp(user)})
    client.cookies[passes.COOKIE] = passes.issue(user)
    return user


def list_in_file(users=None, tokens=None):
    admitted.path().write_text(json.dumps({"users": users or {}, "tokens": tokens or {}}))


def ask(client, **headers):
    return client.post(
        "/api/ask", {"question": "x"}, content_type="application/json", headers=headers
    )


def may_ask(client, **headers):
    """There is no version here, so what the login lets through meets the next refusal."""
    response = ask(client, **headers)
    expected = {401: "login_required", 503: "no_version"}
    assert response.json()["code"] == expected[response.status_code]
    return response.status_code == 503


class OldSigner(TimestampSigner):
    def timestamp(self):
        return b62_encode(int(time.time()) - 13 * 3600)


@pytest.mark.parametrize(("method", "path", "body"), ASKING)
def test_nobody_asks_without_a_login(client, method, path, body):
    response = getattr(client, method)(path, body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (401, "login_required")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_what_monitoring_reads_stays_open(client, path):
    assert client.get(path).status_code in (200, 503)


def test_a_pass_lets_ask(client, alice):
    assert may_ask(client)
    page = client.get("/").content.decode()
    assert "alice" in page
    assert 'action="/logout/"' in page
    assert 'href="/admin/"' not in page


def test_a_page_without_a_pass_leads_to_the_login_and_back(client):
    response = client.get("/ask?q=where+%26+when")
    assert response.url == "/login/?next=%2Fask%3Fq%3Dwhere%2B%2526%2Bwhen"
    assert client.get("/source/a.md?version=3").url.startswith("/login/?next=%2Fsource%2Fa.md")
    form = client.get(response.url).content.decode()
    assert 'value="/ask?q=where+%26+when"' in form


@pytest.mark.parametrize("change", [
    lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
    lambda text: "x" + text,
    lambda text: text.rpartition(":")[0],
    lambda text: "",
    lambda text: "é" * 50,
    lambda text: signing.dumps(["7", "alice", "s", True], salt="another"),
    lambda text: signing.dumps(["7"], salt=passes.SALT),
    lambda text: signing.dumps({"7": 1}, salt=passes.SALT),
    lambda text: OldSigner(salt=passes.SALT).sign_object(signing.loads(text, salt=passes.SALT)),
])  # fmt: skip
def test_a_pass_that_is_forged_or_over_lets_nobody_in(client, alice, change):
    client.cookies[passes.COOKIE] = change(client.cookies[passes.COOKIE].value)
    assert not may_ask(client)
    assert client.get("/").status_code == 302


def test_a_pass_ends_with_its_person(client, alice):
    """Deactivated or deleted: no longer in the file. A new password: another stamp."""
    list_in_file(users={"8": passes.stamp(alice)})
    assert not may_ask(client)
    list_in_file(users={"7": "another"})
    assert not may_ask(client)


def test_without_the_file_nobody_is_known_but_the_control_token(client, alice, settings):
    admitted.path().unlink()
    admitted._file.cache_clear()
    assert not may_ask(client)
    assert may_ask(client, authorization=f"Bearer {settings.CONTROL_TOKEN}")


def test_a_file_that_cannot_be_read_leaves_what_was_known(client, alice):
    assert may_ask(client)
    admitted.path().write_text("{")
    assert may_ask(client)


def test_a_token_lets_ask_until_it_ends(client):
    now = time.time()
    ends = {tokens.digest("a"): now + 60, tokens.digest("b"): None, tokens.digest("c"): now - 1}
    list_in_file(tokens=ends)
    let_in = [each for each in "abcd" if may_ask(client, authorization=f"Bearer {each}")]
    assert let_in == ["a", "b"]
    assert not may_ask(client, authorization="Basic a")
    assert not may_ask(client, authorization="Bearer")


def test_without_the_setting_everyone_asks(client, settings):
    settings.CHAT_REQUIRES_LOGIN = False
    assert may_ask(client)
    page = client.get("/").content.decode()
    assert 'href="/admin/"' in page
    assert 'action="/logout/"' not in page
    assert "csrftoken" not in client.cookies


# From here on with a database: how a pass comes and goes.


@pytest.fixture
def bob(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return User.objects.create_user("bob", password=PASSWORD)


def sign_in(client, then="/"):
    return client.post("/login/", {"username": "bob", "password": PASSWORD, "next": then})


def test_who_signs_in_gets_a_pass_and_gives_it_back(client, bob):
    response = sign_in(client, "/ask?q=x")
    assert response.url == "/ask?q=x"
    cookie = response.cookies[passes.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == 12 * 3600
    assert may_ask(client)
    left = client.post("/logout/")
    assert left.url == "/login/?notice=out"
    assert not client.cookies[passes.COOKIE].value
    assert not may_ask(client)
    assert "You are signed out." in client.get(left.url).content.decode()


def test_over_https_the_pass_stays_there(client, bob):
    response = client.post("/login/", {"username": "bob", "password": PASSWORD}, secure=True)
    assert response.cookies[passes.COOKIE]["secure"]


@pytest.mark.parametrize("then", ["//evil.example/", "https://evil.example/", "javascript:x", ""])
def test_next_stays_on_this_site(client, bob, then):
    assert sign_in(client, then).url == "/"
    assert client.get("/login/", {"next": then}).url == "/"


def test_a_wrong_password_is_told_in_the_language_of_the_page(client, bob):
    wrong = {"username": "bob", "password": "no", "next": "/ask?q=x"}
    page = client.post("/login/", wrong, headers={"Accept-Language": "fr"})
    assert page.status_code == 200
    assert "mot de passe est incorrect" in page.content.decode()
    assert 'value="/ask?q=x"' in page.content.decode()
    assert passes.COOKIE not in page.cookies


def test_a_form_from_before_another_login_is_shown_anew(bob):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/login/", {"username": "bob", "password": PASSWORD, "next": "/ask"})
    assert response.url == "/login/?next=%2Fask&notice=again"
    assert "open for too long" in client.get(response.url).content.decode()
    assert client.post("/logout/").status_code == 403


def test_signing_out_takes_a_post(client, bob):
    sign_in(client)
    assert client.get("/logout/").status_code == 405
    assert may_ask(client)


def test_a_pass_that_has_ended_is_renewed_while_the_session_lives(client, bob):
    sign_in(client)
    del client.cookies[passes.COOKIE]
    assert not may_ask(client)
    assert client.post("/login/renew/").status_code == 204
    assert may_ask(client)
    del client.cookies[passes.COOKIE]
    assert client.get("/login/?next=/ask").url == "/ask"
    assert may_ask(client)
    client.logout()
    assert client.post("/login/renew/").status_code == 401


def test_a_pass_is_renewed_once_half_of_its_life_is_over(client, bob):
    sign_in(client)
    young = client.cookies[passes.COOKIE].value
    client.post("/login/renew/")
    assert client.cookies[passes.COOKIE].value == young
    old = OldSigner(salt=passes.SALT).sign_object(signing.loads(young, salt=passes.SALT))
    client.cookies[passes.COOKIE] = old
    client.post("/login/renew/")
    assert may_ask(client)


def test_who_is_deactivated_or_has_another_password_is_refused_at_once(
    client, bob, django_capture_on_commit_callbacks
):
    for change in (lambda: bob.set_password("another one"), lambda: setattr(bob, "is_active", 0)):
        client.cookies[passes.COOKIE] = passes.issue(bob)
        assert may_ask(client)
        with django_capture_on_commit_callbacks(execute=True):
            change()
            bob.save()
        assert not may_ask(client)


def test_a_change_past_the_signals_is_found_by_the_schedule(client, bob):
    sign_in(client)
    User.objects.update(is_active=False)
    assert may_ask(client)
    admitted.write()
    assert not may_ask(client)


def test_a_login_alone_does_not_write_the_file(client, bob, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as told:
        sign_in(client)
    assert told == []


def test_a_token_is_listed_until_it_is_revoked(client, bob, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        token, text = tokens.create(bob, "ci", timezone.now() + timedelta(days=1))
        tokens.create(bob, "over", timezone.now() - timedelta(days=1))
    assert len(json.loads(admitted.path().read_text())["tokens"]) == 1
    assert text not in admitted.path().read_text()
    assert admitted.path().stat().st_mode & 0o777 == 0o600
    assert may_ask(client, authorization=f"Bearer {text}")
    with django_capture_on_commit_callbacks(execute=True):
        assert tokens.revoke(token, actor="admin")
    assert not may_ask(client, authorization=f"Bearer {text}")
    assert not tokens.revoke(token, actor="late")
    assert Token.objects.get(pk=token.pk).revoked_by == "admin"
