"""A question with a version in it: who may, which backend is asked, and what users notice of it."""

import json

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from rest_framework.test import APIClient

from routing import pointer, trial_views, trials
from routing.data_plane.time_travel import asked_of, searched_in
from tests.routing.router_servers import world
from tests.routing.test_activation import publish
from tests.routing.test_control_api import staff
from tests.routing.test_operator_pages import text_of, viewer

QUESTION = "What is the rollback code for project Zephyr?"
FIRST = {"a.md": "# Project Zephyr\n\nThe rollback code for project Zephyr is ORION-7.\n"}
SECOND = {**FIRST, "b.md": "# Beta\n\nThe beta pump is blue.\n"}
THIRD = {"a.md": FIRST["a.md"].replace("ORION-7", "VEGA-9")}
BEARER = f"Bearer {django_settings.CONTROL_TOKEN}"


@pytest.fixture
def three(layout):
    """#1, #2 and #3 were served; #3 is."""
    for number, documents in ((1, FIRST), (2, SECOND), (3, THIRD)):
        publish(layout, number, documents)
    return layout


@pytest.fixture
def api():
    return APIClient(headers={"Authorization": BEARER})


def ask(client, version, **options):
    return client.post("/api/ask", {"question": QUESTION, "version": version}, format="json",
                       **options)  # fmt: skip


@pytest.mark.django_db
def test_any_kept_version_answers_and_nothing_moves(three, api):
    before = pointer.read(django_settings.DATA_DIR)
    for number, code in ((1, "ORION-7"), (2, "ORION-7"), (3, "VEGA-9")):
        answer = ask(api, number)
        assert answer.status_code == 200, answer.content
        assert answer["X-Index-Version"] == str(number)
        assert answer.json()["version"] == number
        assert code in answer.json()["answer"]
    idle = "v2" if before.slot == "v1" else "v1"
    assert answer.json()["slot"] == answer["X-Slot"] == idle
    assert pointer.read(django_settings.DATA_DIR) == before
    assert three.slot_version(before.slot) == 3


@pytest.mark.django_db
def test_headers_that_are_not_ascii_are_handed_on(three, api):
    answer = ask(api, 1, headers={"Accept-Language": "fr-\xe9\xff, fr"})
    assert answer.status_code == 200, answer.content
    found = api.get(
        "/api/search", {"q": "code", "version": "1"}, headers={"Accept-Language": "\xe9"}
    )
    assert found.status_code == 200, found.content


@pytest.mark.django_db
def test_a_search_too(three, api):
    found = api.get("/api/search", {"q": "rollback code", "version": "1"})
    assert found.status_code == 200, found.content
    assert found.json()["version"] == 1
    assert "ORION-7" in found.json()["results"][0]["text"]


@pytest.mark.django_db
def test_the_active_backend_answers_while_the_other_is_down(three, api, settings):
    active = pointer.read(settings.DATA_DIR).slot
    idle = "v2" if active == "v1" else "v1"
    settings.BACKEND_URLS = settings.BACKEND_URLS | {idle: "http://127.0.0.1:1"}
    assert ask(api, 1).json()["slot"] == active
    settings.BACKEND_URLS = dict.fromkeys(settings.BACKEND_URLS, "http://127.0.0.1:1")
    refused = ask(api, 1)
    assert (refused.status_code, refused.json()["code"]) == (503, "backend_unavailable")


@pytest.mark.django_db
def test_it_needs_the_right(three, caplog):
    nobody = APIClient()
    assert ask(nobody, 1).status_code == 401
    assert nobody.get("/api/search?q=a&version=1").status_code == 401
    assert "Refused POST /api/ask" in caplog.text
    assert ask(APIClient(headers={"Authorization": "Bearer wrong"}), 1).status_code == 401
    assert ask(staff("bob", "view_deploymentversion"), 1).status_code == 403
    assert ask(staff("dora", "activate_deploymentversion"), 1).status_code == 200
    strict = APIClient(enforce_csrf_checks=True)
    strict.force_login(operator())
    assert ask(strict, 1).status_code == 403, "a session without CSRF"


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["x", True, 1.5, [1], {}, -1, "1" * 400, ""])
def test_what_is_no_number_is_told(three, api, version):
    refused = ask(api, version)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


@pytest.mark.django_db
def test_what_never_was_and_what_is_gone_are_told_apart(three, api):
    never = ask(api, 99)
    assert (never.status_code, never.json()["code"]) == (404, "no_such_version")
    three.manifest(1).unlink()
    gone = ask(api, 1)
    assert (gone.status_code, gone.json()["code"]) == (410, "version_collected")
    nonsense = api.post("/api/ask", {"question": " ", "version": 2}, format="json")
    assert (nonsense.status_code, nonsense.json()["code"]) == (400, "invalid")


@pytest.mark.django_db(transaction=True)
async def test_it_streams(three):
    headers = {"Authorization": BEARER, "Accept": "text/event-stream"}
    content = {"question": QUESTION, "version": 1}
    answer = await AsyncClient().post(
        "/api/ask", content, content_type="application/json", headers=headers
    )
    assert answer["Content-Type"].startswith("text/event-stream")
    text = b"".join([part async for part in answer]).decode()
    names = [line.removeprefix("event: ") for line in text.splitlines() if line[:6] == "event:"]
    assert (names[0], names[-1]) == ("citations", "done")
    done = json.loads(text.strip().splitlines()[-1].removeprefix("data: "))
    assert (done["version"], "ORION-7" in done["answer"]) == (1, True)


@pytest.mark.django_db
def test_a_stream_that_nobody_begins_to_read_is_closed(three):
    headers = {"Accept": "text/event-stream"}
    answer = trials.opened(1, "POST", "/ask", headers=headers, json={"question": QUESTION})
    response = trial_views._relayed(answer)
    assert not answer.is_closed
    response.close()
    assert answer.is_closed


@pytest.mark.django_db
def test_the_version_s_page_has_a_box_that_works_without_scripts(three):
    client = Client()
    client.force_login(operator())
    page = client.get("/admin/routing/deploymentversion/1/change/")
    assert 'action="/admin/routing/deploymentversion/1/ask/"' in page.content.decode()
    answered = text_of(
        client.post("/admin/routing/deploymentversion/1/ask/", {"question": QUESTION})
    )
    assert "Trial on #1: not what users see." in answered
    assert "The rollback code for project Zephyr is ORION-7." in answered
    assert "a.md (revision 1)" in answered
    three.manifest(1).unlink()
    gone = client.post("/admin/routing/deploymentversion/1/ask/", {"question": QUESTION})
    assert "no longer kept" in text_of(gone)
    blank = client.post("/admin/routing/deploymentversion/2/ask/", {"question": " "})
    assert "This field is required." in text_of(blank)
    assert client.post("/admin/routing/deploymentversion/99/ask/").status_code == 404


@pytest.mark.django_db
def test_the_box_is_for_who_may_activate(three):
    bob = viewer()
    page = bob.get("/admin/routing/deploymentversion/1/change/")
    assert "Ask this version" not in page.content.decode()
    asked = bob.post("/admin/routing/deploymentversion/1/ask/", {"question": QUESTION})
    assert asked.status_code == 403


def operator():
    return User.objects.create_superuser("alice", password="x")


# The router's part: no Django, no database on the way of an ordinary question.


@pytest.mark.parametrize(
    ("body", "version"),
    [
        (b'{"question": "?"}', None),
        (b'{"question": "?", "version": null}', None),
        (b'{"question": "?", "version": 37}', 37),
        (b'{"question": "?", "\\u0076ersion": 37}', 37),
        (b'{"question": "what does \\"version\\" mean"}', None),
        (b'["version"]', None),
        (b'{"version": ', None),
        (b'{"version": "\xff"}', None),
        (b'{"version": 0}', 0),
        (b"[" * 100_000 + b'"version"', None),
    ],
)
def test_which_bodies_name_a_version(body, version):
    assert asked_of(body) == version


def test_which_searches_name_a_version():
    assert searched_in(b"q=a&version=3") == "3"
    assert searched_in(b"q=a&version=") == ""
    assert searched_in(b"q=my%20version=3") is None
    assert searched_in(b"q=a&k=3") is None


async def test_only_a_question_that_names_a_version_goes_to_django(tmp_path):
    async with world(tmp_path) as site:
        site.point(1, "v1", 1)
        async with site.ask() as answer:
            assert answer.status == 200
        url = f"{site.url}/api/ask"
        for body in ({"question": "?", "version": None}, {"question": "?"}):
            async with site.client.post(url, json=body) as answer:
                assert answer.status == 200
        asked = len(site.v1.received)
        async with site.client.post(url, json={"question": "?", "version": 37}) as answer:
            assert answer.headers["X-From"] == "django"
        async with site.get("/api/search?q=a&version=37") as answer:
            assert answer.headers["X-From"] == "django"
        async with site.get("/api/sources/a.md?version=1") as answer:
            assert answer.status == 200
        assert len(site.v1.received) == asked + 1


async def test_a_drill_bears_the_token_or_is_one_of_the_public(tmp_path):
    drill = {"X-Purpose": "drill"}
    bearer = {"Authorization": "Bearer secret"}
    async with world(tmp_path, control_token="secret", rate_limit_ask="3/minute") as site:
        site.point(1, "v1", 1)
        for headers in (drill, drill | {"Authorization": "Bearer wrong"}, bearer,
                        drill | bearer, {"X-Purpose": "gate"} | bearer):  # fmt: skip
            async with site.ask(headers=headers) as answer:
                assert answer.status == 200
        said = [received.headers.get("x-purpose") for received in site.v1.received]
        assert said == [None, None, None, "drill", None]
        for _ in range(5):
            async with site.ask(headers=bearer) as answer:
                assert answer.status == 200
        async with site.ask() as answer:
            assert answer.status == 200, "the bearer's own were not counted"
        async with site.ask() as answer:
            assert answer.status == 429
