"""`/api/gaps`: the list, and what a program may decide."""

import pytest
from django.conf import settings as django_settings
from rest_framework.test import APIClient

from tests.questions.asking import gap_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(settings, tmp_path):
    settings.RUN_DIR = tmp_path
    return APIClient(headers={"Authorization": f"Bearer {django_settings.CONTROL_TOKEN}"})


@pytest.fixture
def gap(api):
    gap_of("Où est l'imprimante à badges ?", language="fr", nearest=["rh/badge.md"])
    return gap_of("Où est l'imprimante à badges ?", version=3)


def test_the_list_tells_what_is_asked_most(api, gap):
    gap_of("Where is the cat?")
    listed = api.get("/api/gaps").json()
    assert listed["count"] == 2
    first = listed["results"][0]
    assert (first["question"], first["asked"], first["state"]) == (gap.question, 2, "open")
    assert first["nearest"] == ["rh/badge.md"]
    assert api.get("/api/gaps?page_size=1&page=2").json()["results"][0]["asked"] == 1


def test_the_list_can_be_narrowed(api, gap):
    gap_of("Where is the cat?")
    for query, count in (("q=OU+imprimante", 1), ("q=chien", 0), ("state=open", 2),
                         ("state=dismissed", 0), ("q=%00", 2)):  # fmt: skip
        assert api.get(f"/api/gaps?{query}").json()["count"] == count, query
    refused = api.get("/api/gaps?state=lost")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


def test_a_program_dismisses_and_opens_again(api, gap):
    url = f"/api/gaps/{gap.pk}"
    assert api.post(f"{url}/dismiss", {}, format="json").status_code == 400
    told = api.post(f"{url}/dismiss", {"reason": "not ours"}, format="json").json()
    assert (told["state"], told["decided_by"], told["reason"]) == (
        "dismissed", "control token", "not ours",
    )  # fmt: skip
    again = api.post(f"{url}/dismiss", {"reason": "me too"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "gap_decided")
    assert api.post(f"{url}/reopen").json()["state"] == "open"
    assert api.get(url).json()["reason"] == ""


@pytest.mark.parametrize("number", [987654, 10**30])
def test_what_is_not_there_is_told(api, gap, number):
    for answer in (api.get(f"/api/gaps/{number}"), api.post(f"/api/gaps/{number}/reopen")):
        assert (answer.status_code, answer.json()["code"]) == (404, "gap_not_found")
