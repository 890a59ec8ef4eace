"""The publishing policy by the API."""

import pytest
from rest_framework.test import APIClient

from routing import policy
from routing.models import PolicyChange

pytestmark = pytest.mark.django_db
URL = "/api/policy"


@pytest.fixture
def api(settings, tmp_path):
    settings.INDICES_DIR = tmp_path
    return APIClient(headers={"Authorization": f"Bearer {settings.CONTROL_TOKEN}"})


@pytest.mark.parametrize("method", ["put", "post"])
def test_it_says_what_holds_and_since_when(api, method):
    assert api.get(URL).json() == {
        "policy": "auto", "changed_by": None, "door": None, "changed_at": None, "reason": None,
    }  # fmt: skip
    wish = {"policy": "manual", "reason": "release week"}
    changed = getattr(api, method)(URL, wish, format="json")
    assert changed.status_code == 200
    told = changed.json()
    assert told.pop("changed_at")
    assert told == {
        "policy": "manual", "changed_by": "control token", "door": "api", "reason": "release week",
    }  # fmt: skip
    assert policy.current() == policy.MANUAL


def test_the_same_again_changes_nothing(api):
    assert api.put(URL, {"policy": "auto"}, format="json").status_code == 200
    assert not PolicyChange.objects.exists()


@pytest.mark.parametrize(("wish", "answer"), [
    ({"policy": "manual"}, "reason_needed"), ({"policy": "never", "reason": "x"}, "invalid"),
    ({}, "invalid"), ([], "invalid"),
])  # fmt: skip
def test_a_wish_that_cannot_be_is_told(api, wish, answer):
    for call in (api.put, api.post):
        response = call(URL, wish, format="json")
        assert (response.status_code, response.json()["code"]) == (400, answer)
    assert policy.current() == policy.AUTO
