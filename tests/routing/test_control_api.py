"""The control API: who may call it, what it answers, and what it makes of bad input."""

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from routing import activation, slots
from routing.models import DeploymentVersion
from tests.routing.indices import make_rejected, make_version
from tests.routing.test_activation import A2, AB, A, publish

pytestmark = pytest.mark.django_db

CALLS = [
    ("get", "/api/versions"), ("get", "/api/versions/1"), ("get", "/api/activations"),
    ("post", "/activate?version=v1"), ("post", "/api/versions/1/activate"),
    ("post", "/api/rollback"), ("post", "/api/resume"), ("post", "/api/versions/1/reject"),
    ("post", "/api/versions/1/pin"), ("post", "/api/versions/1/unpin"),
]  # fmt: skip


@pytest.fixture
def api():
    return APIClient(headers={"Authorization": f"Bearer {django_settings.CONTROL_TOKEN}"})


@pytest.fixture
def three(layout):
    """#1 and #2 were served, #2 is; #3 waits."""
    publish(layout, 1, A)
    publish(layout, 2, AB)
    make_version(layout, 3, A2)
    return layout


def staff(name, *permissions):
    user = User.objects.create_user(name, password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = APIClient()
    client.force_login(user)
    return client


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_each_call_needs_the_key(method, path):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
        response = getattr(APIClient(headers=headers), method)(path)
        assert response.status_code == 401
        assert set(response.json()) == {"code", "detail"}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_each_call_needs_the_right(method, path):
    carol = staff("carol")
    assert getattr(carol, method)(path).status_code == 403
    not_staff = User.objects.create_superuser("root", password="x")
    not_staff.is_staff = False
    not_staff.save()
    client = APIClient()
    client.force_login(not_staff)
    assert getattr(client, method)(path).status_code == 403


def test_a_viewer_may_look_and_not_switch(three):
    bob = staff("bob", "view_deploymentversion")
    assert bob.get("/api/versions/1").status_code == 200
    assert bob.post("/api/rollback").status_code == 403
    assert activation.current().version_id == 2


def test_an_operator_switches_under_their_own_name(three):
    alice = staff("alice", "activate_deploymentversion")
    assert alice.post("/api/rollback", {"reason": "drill"}, format="json").status_code == 200
    assert activation.current().actor == "alice"


def test_a_session_needs_csrf(three):
    user = User.objects.create_superuser("root", password="x")
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/api/rollback").status_code == 403
    assert activation.current().version_id == 2


def test_activate_sends_the_traffic_to_a_slot(api, three):
    slots.place(3)
    response = api.post("/activate?version=v1")
    assert response.status_code == 200, response.content
    assert {"active": "v1", "version": 3, "epoch": 3}.items() <= response.json().items()
    again = api.post("/activate?version=v1")
    assert again.status_code == 200
    assert again.json()["epoch"] == 3


def test_activate_refuses_what_is_no_slot(api):
    for query in ("", "?version=", "?version=v3", "?version=%00", "?version=../v1", "?version=V1"):
        response = api.post(f"/activate{query}")
        assert (response.status_code, response.json()["code"]) == (400, "no_such_slot")


def test_activate_refuses_an_empty_slot_with_the_reason(api, layout):
    response = api.post("/activate?version=v1")
    assert (response.status_code, response.json()["code"]) == (409, "not_activatable")
    assert "v1" in response.json()["detail"]


def test_activate_refuses_an_epoch_that_is_over(api, three):
    assert api.post("/activate?version=v1&epoch=1").json()["code"] == "epoch_conflict"
    assert api.post("/activate?version=v1&epoch=2&reason=drill").status_code == 200
    assert activation.current().reason == "drill"


@pytest.mark.parametrize(
    "epoch", ["x", "-1", "1.5", str(2**63), "9" * 5000, "NaN", "true", "%00", "0x1"]
)
def test_a_bad_epoch_is_told(api, epoch):
    response = api.post(f"/activate?version=v1&epoch={epoch}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_a_version_is_activated_by_its_number(api, three):
    response = api.post("/api/versions/3/activate", {"reason": "try", "epoch": 2}, format="json")
    assert response.status_code == 200
    assert response.json()["kind"] == "activate"
    assert activation.held() is None


def test_rollback_and_resume_without_a_body(api, three):
    back = api.post("/api/rollback")
    assert (back.status_code, back.json()["version"], back.json()["kind"]) == (200, 1, "rollback")
    assert activation.held().placed_by == "control token"
    for _twice in range(2):
        resumed = api.post("/api/resume")
        assert (resumed.status_code, resumed.json()) == (200, {"held": None})
    assert activation.held() is None
    assert api.post("/api/rollback").json()["code"] == "nothing_to_roll_back_to"


def test_resume_is_refused_when_another_epoch_is_active_by_now(api, three):
    assert api.post("/api/rollback", {"reason": "first"}, format="json").status_code == 200
    for nobody_saw in (2, 99):
        refused = api.post("/api/resume", {"epoch": nobody_saw}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (409, "epoch_conflict")
    assert api.post("/api/resume", {"epoch": "x"}, format="json").status_code == 400
    assert activation.held().reason == "first"
    assert api.post("/api/resume", {"epoch": 3}, format="json").status_code == 200
    assert activation.held() is None


def test_a_version_that_is_gone_is_a_410(api, three):
    three.manifest(1).unlink()
    assert api.post("/api/rollback").status_code == 410
    response = api.post("/api/versions/1/activate")
    assert (response.status_code, response.json()["code"]) == (410, "version_collected")


@pytest.mark.parametrize(
    "number", ["4", "0", str(2**63), "9" * 40, "9" * 5000, "-1", "1.5", "x", "%00", "%D9%A1%D9%A9"]
)
def test_a_number_that_names_nothing_is_a_404(api, number):
    assert api.get(f"/api/versions/{number}").status_code == 404
    for call in ("activate", "reject", "pin", "unpin"):
        wish = {"reason": "x"}
        response = api.post(f"/api/versions/{number}/{call}", wish, format="json")
        assert response.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"3", b"null", b'"x"', b"\xff\xfe", b'{"reason": {}}',
        b'{"reason": "a\\u0000b"}', b'{"reason": "\\ud800"}', b'{"epoch": true}',
        b'{"epoch": "x"}', b'{"epoch": 99999999999999999999}', b'{"epoch": [1]}', b"[" * 100_000,
        b'{"epoch": 1e400}', b'{"epoch": NaN}', b'{"reason": "' + b"x" * 3000 + b'"}',
    ],
)  # fmt: skip
def test_a_bad_body_is_told(api, body):
    for path in ("/api/rollback", "/api/versions/1/activate", "/activate?version=v1",
                 "/api/versions/1/reject"):  # fmt: skip
        if b"epoch" in body and "reject" in path:
            continue
        response = api.post(path, data=body, content_type="application/json")
        assert response.status_code == 400, response.content
        assert response.json()["code"] == "invalid"


def test_another_kind_of_body_is_told(api):
    response = api.post("/api/rollback", data=b"reason=x", content_type="text/plain")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_versions_are_listed_newest_first_and_paged(api, three):
    listed = api.get("/api/versions?page_size=2").json()
    assert listed["count"] == 3
    assert [version["number"] for version in listed["results"]] == [3, 2]
    rest = api.get(listed["next"]).json()
    assert [version["number"] for version in rest["results"]] == [1]
    for page in ("0", "-1", "x", "9" * 30):
        assert api.get(f"/api/versions?page={page}").status_code == 404


def test_a_version_says_what_it_is(api, three):
    version = api.get("/api/versions/2").json()
    expected = {
        "number": 2, "state": "active", "slot": "v2", "documents": 2, "chunks": 2, "embedded": 0,
        "coverage": 0.0, "trigger": "folder", "actor": "alice", "build_seconds": 0.4,
        "embedding_seconds": 0.1, "url": "/api/versions/2", "retired_at": None,
    }  # fmt: skip
    assert expected.items() <= version.items()
    assert version["gate"]["checks"]
    assert version["activated_at"]
    assert version["fingerprint"]["chunker"]
    assert api.get("/api/versions/3").json()["slot"] is None


def test_activations_are_listed_newest_first(api, three):
    api.post("/api/rollback", {"reason": "bad edit"}, format="json")
    rows = api.get("/api/activations").json()["results"]
    assert [(row["epoch"], row["version"], row["previous"], row["kind"]) for row in rows] == [
        (3, 1, 2, "rollback"), (2, 2, 1, "publish"), (1, 1, None, "publish"),
    ]  # fmt: skip
    assert (rows[0]["reason"], rows[0]["door"]) == ("bad edit", "api")


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_a_switch_is_a_post(api, method):
    response = getattr(api, method)("/activate?version=v1")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def post(client, path, **body):
    return client.post(path, body, format="json")


def test_what_its_checks_rejected_needs_override_a_right_and_a_reason(api, three):
    make_rejected(three, 4, A)
    url = "/api/versions/4/activate"
    plain = post(api, url, reason="x")
    assert (plain.status_code, plain.json()["code"]) == (409, "not_activatable")
    assert "A probe failed." in plain.json()["detail"]
    for reason in ("", "  ", None):
        blank = post(api, url, reason=reason, override=True)
        assert (blank.status_code, blank.json()["code"]) == (400, "reason_needed")
    alice = staff("alice", "activate_deploymentversion")
    refused = post(alice, url, reason="x", override=True)
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert post(api, url, reason="x", override="perhaps").status_code == 400
    assert activation.current().version_id == 2
    bob = staff("bob", "activate_deploymentversion", "override_deploymentversion")
    done = post(bob, url, reason="the probe is wrong", override=True)
    assert (done.status_code, done.json()["kind"]) == (200, "override")
    assert post(api, "/api/versions/1/activate", reason="", override=False).status_code == 200


def test_a_waiting_version_is_rejected(api, three):
    blank = api.post("/api/versions/3/reject")
    assert (blank.status_code, blank.json()["code"]) == (400, "reason_needed")
    done = post(api, "/api/versions/3/reject", reason="wrong figures")
    assert (done.status_code, done.json()["state"]) == (200, "rejected")
    assert done.json()["decisions"][0]["actor"] == "control token"
    again = post(api, "/api/versions/3/reject", reason="wrong figures")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_a_version_is_pinned_and_unpinned(api, three):
    assert api.post("/api/versions/1/pin").json()["pinned"] is True
    assert api.get("/api/versions/1").json()["pinned"] is True
    assert api.post("/api/versions/1/unpin").json()["pinned"] is False


def test_a_pin_keeps_its_reason(api, three):
    for call, reason in (("pin", "the audit"), ("unpin", "the audit is over")):
        told = post(api, f"/api/versions/1/{call}", reason=reason).json()["decisions"][0]
        assert (told["kind"], told["reason"], told["door"]) == (call, reason, "api")


def test_what_is_overtaken_or_damaged_has_its_own_refusal(api, three):
    make_version(three, 4, A)
    overtaken = post(api, "/api/versions/3/activate", reason="x")
    assert (overtaken.status_code, overtaken.json()["code"]) == (409, "overtaken")
    assert "#4" in overtaken.json()["detail"]
    DeploymentVersion.objects.filter(number=4).update(damage="segment abc can't be read.")
    damaged = post(api, "/api/versions/4/activate", reason="x")
    assert (damaged.status_code, damaged.json()["code"]) == (409, "damaged")
    assert "segment abc" in damaged.json()["detail"]


def test_the_list_leaves_out_the_answers_behind_the_checks(api, layout):
    cases = [{"probe": 1, "question": "?", "passed": False, "answer": {"answer": "long"}}]
    make_rejected(layout, 1, A, {"checks": [{"name": "probes", "passed": False, "cases": cases}]})
    listed = api.get("/api/versions").json()["results"][0]
    assert listed["gate"] == {"checks": [{"name": "probes", "passed": False}]}
    assert "comparison" not in listed
    version = api.get("/api/versions/1").json()
    assert version["gate"]["checks"][0]["cases"] == cases
    assert version["comparison"] == {}
