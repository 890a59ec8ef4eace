"""Probes in the admin, as a browser without scripts uses it."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from builder.models import Probe
from tests.builder.place import Place

pytestmark = pytest.mark.django_db

LIST = "/admin/builder/probe/"
ADD = f"{LIST}add/"
NODE = "# Node not ready\n\nCordon the node, then restart the kubelet.\n"
FILLED = {
    "question": "What to do when a node is not ready?", "must_cite": "ops/*",
    "must_contain": "cordon", "must_not_contain": "", "severity": "blocking", "enabled": "on",
}  # fmt: skip


def user(*permissions: str) -> Client:
    bob = User.objects.create_user("bob", password="x", is_staff=True)
    bob.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def editor():
    return user("view_probe", "add_probe", "change_probe", "delete_probe")


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_it_is_saved_with_who_and_when(editor):
    assert editor.post(ADD, FILLED).status_code == 302
    probe = Probe.objects.get()
    assert (probe.saved_by, probe.must_contain) == ("bob", "cordon")
    before = probe.saved_at
    editor.post(f"{LIST}{probe.pk}/change/", {**FILLED, "must_contain": "restart"})
    probe.refresh_from_db()
    assert probe.must_contain == "restart"
    assert probe.saved_at > before


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"question": " "}, "field is required"),
        ({"must_cite": "", "must_contain": " "}, "checks nothing"),
        ({"must_contain": "/(/"}, "is not a regular expression"),
        ({"must_not_contain": r"/(a)\1/"}, "could run for ever"),
    ],
)
@pytest.mark.parametrize("button", ["_save", "_try"])
def test_what_can_not_be_checked_is_refused(editor, fields, told, button):
    page = editor.post(ADD, {**FILLED, **fields, button: "1"})
    assert page.status_code == 200
    assert told in text_of(page)
    assert not Probe.objects.exists()


def test_it_is_tried_unsaved_on_what_is_served(editor, place: Place):
    number = place.publish({"ops/node.md": NODE}).number
    page = editor.post(ADD, {**FILLED, "_try": "1"})
    assert f"Passed on #{number}" in text_of(page)
    assert "Cordon the node, then restart the kubelet." in text_of(page)
    assert "ops/node.md" in text_of(page)
    assert not Probe.objects.exists()
    assert 'name="must_contain"' in page.content.decode()


def test_a_trial_of_a_saved_probe_tells_what_is_wrong_and_saves_nothing(editor, place: Place):
    place.publish({"ops/node.md": NODE})
    probe = Probe.objects.create(**{**FILLED, "enabled": True})
    change = {**FILLED, "must_not_contain": "kubelet", "must_cite": "hr/*", "_try": "1"}
    page = editor.post(f"{LIST}{probe.pk}/change/", change)
    assert "It says kubelet" in text_of(page)
    assert "It does not cite hr/*, but ops/node.md" in text_of(page)
    probe.refresh_from_db()
    assert probe.must_not_contain == ""


def test_a_trial_before_there_is_a_version_says_so(editor, place: Place):
    assert "Nothing is served yet" in text_of(editor.post(ADD, {**FILLED, "_try": "1"}))


def test_markup_in_an_answer_is_inert(editor, place: Place):
    place.publish({"ops/node.md": NODE + "\n<script>alert('node not ready')</script>\n"})
    page = editor.post(ADD, {**FILLED, "question": "node not ready <b>", "_try": "1"})
    assert "<script>alert('node" not in page.content.decode()


def test_the_list_tells_what_is_live_answered(editor, place: Place):
    Probe.objects.create(**{**FILLED, "enabled": True})
    number = place.publish({"ops/node.md": NODE}).number
    Probe.objects.create(question="Since then?", must_cite="*")
    page = text_of(editor.get(LIST))
    assert f"passed #{number}" in page
    assert "not asked yet" in page


def test_who_may_only_look_can_neither_try_nor_save():
    probe = Probe.objects.create(**{**FILLED, "enabled": True})
    client, change = user("view_probe"), f"{LIST}{probe.pk}/change/"
    assert "Try it now" not in text_of(client.get(change))
    for button in ("_save", "_try"):
        assert client.post(change, {**FILLED, button: "1"}).status_code == 403
    assert client.get(ADD).status_code == 403


def test_who_has_no_right_sees_no_probes():
    client = user("view_question")
    assert client.get(LIST).status_code == 403
    assert "Probes" not in text_of(client.get("/admin/"))
