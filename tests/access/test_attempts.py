"""Who guesses passwords waits, in both logins; who only mistypes, and everybody else, does not."""

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from access import attempts
from access.models import LoginAttempt
from retrieval.files import locked

RIGHT = "correct horse battery staple"
LOGINS = ["/login/", reverse("admin:login")]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alice(db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # in no time
    return User.objects.create_user("alice", password=RIGHT, is_staff=True)


def tries(password, username="alice", login="/login/", address="10.0.0.1", **headers):
    client = Client(REMOTE_ADDR=address, headers=headers)
    return client.post(login, {"username": username, "password": password, "next": "/"})


def fails(count, **more):
    for _ in range(count):
        answer = tries("wrong", **more)
    return answer


def later(seconds):
    """As if so much time had passed since each attempt."""
    for made in LoginAttempt.objects.all():
        made.at -= timedelta(seconds=seconds)
        made.save()


@pytest.mark.parametrize("login", LOGINS)
def test_who_guesses_waits_and_is_told_how_long(login):
    """Even the right password is not looked at while one waits: else it would tell."""
    told = re.compile(r"Too many failed attempts\. You can try again in \d\d s")
    assert not told.search(fails(attempts.OF_ACCOUNT, login=login).content.decode())
    refused = tries(RIGHT, login=login)
    assert told.search(refused.content.decode())
    assert "sessionid" not in refused.cookies
    later(31)
    assert tries(RIGHT, login=login).status_code == 302


def test_both_logins_count_together_and_programs_are_told_when():
    fails(3, login=LOGINS[0])
    fails(2, login=LOGINS[1])
    refused = tries(RIGHT)
    assert refused.status_code == 429
    assert 25 <= int(refused.headers["Retry-After"]) <= 30


def test_it_is_told_in_french():
    fails(attempts.OF_ACCOUNT)
    later(-600)  # a long wait: in minutes
    told = tries(RIGHT, **{"accept-language": "fr"}).content.decode()
    assert "Trop de tentatives échouées. Vous pourrez réessayer dans 11 min." in told


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour():
    waits = []
    fails(attempts.OF_ACCOUNT)
    for _ in range(7):
        waits.append(int(tries("wrong").headers["Retry-After"]))
        later(waits[-1] + 1)
        fails(1)
    assert [round(wait, -1) for wait in waits] == [30, 60, 120, 240, 480, 900, 900]


def test_a_slip_or_two_are_forgotten_after_the_right_password():
    for _ in range(3):
        fails(attempts.OF_ACCOUNT - 1)
        assert tries(RIGHT).status_code == 302
    assert not LoginAttempt.objects.exists()


def test_nobody_locks_alice_out_from_elsewhere():
    fails(attempts.OF_ACCOUNT + 3)
    assert tries(RIGHT).status_code == 429
    assert tries(RIGHT, address="10.0.0.2").status_code == 302


def test_one_address_does_not_try_account_after_account():
    """Accounts that do not exist count the same, so that nothing tells which do."""
    for number in range(attempts.OF_ADDRESS):
        assert tries("wrong", username=f"user{number}").status_code == 200
    assert tries("wrong", username="another").status_code == 429
    assert tries("wrong", username="another", address="10.0.0.2").status_code == 200


def test_an_account_is_the_same_in_capitals_and_a_network_is_one():
    for number in range(attempts.OF_ACCOUNT):
        tries("wrong", username="ALICE", address=f"2001:db8:1:2::{number:x}")
    assert tries("wrong", address="2001:db8:1:2:ffff::1").status_code == 429
    assert tries("wrong", address="2001:db8:1:3::1").status_code == 200


def test_names_are_not_kept_and_old_attempts_go():
    tries("wrong", username=RIGHT)
    assert RIGHT not in str(LoginAttempt.objects.values())
    later(attempts.REMEMBERED.total_seconds() + 1)
    fails(1)
    assert LoginAttempt.objects.count() == 1


def test_while_another_is_being_counted_none_is_looked_at(settings, monkeypatch):
    """Whatever the database lets two see of each other."""
    monkeypatch.setattr(attempts, "TURN_SECONDS", 0)
    with locked(settings.RUN_DIR / "attempts.lock"):
        refused = tries(RIGHT)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "30"
    assert tries(RIGHT).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_many_at_one_instant_none_slips_through():
    """All read the page before any has failed: each is noted before its password is looked at."""
    barrier, answers = Barrier(12), []

    def guess():
        barrier.wait()
        answers.append(tries("wrong").status_code)
        connection.close()

    threads = [Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * attempts.OF_ACCOUNT + [429] * (12 - attempts.OF_ACCOUNT)
