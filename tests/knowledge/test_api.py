import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from knowledge import revisions

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(settings):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {settings.CONTROL_TOKEN}")
    return client


def put(client, path, body, **more):
    return client.put(f"/api/documents/{path}", {"body": body, **more}, format="json")


def code(response):
    return response.status_code, response.json()["code"]


def test_it_saves_reads_and_deletes(client):
    assert put(client, "ops/intro.md", "# Intro\r\n").status_code == 201
    response = put(client, "ops/intro.md", "# Intro\r\n\r\nMore")
    assert response.status_code == 200
    assert client.get("/api/documents/ops/intro.md").json() == response.json()
    found = response.json()
    assert found.pop("saved_at")
    assert len(found.pop("sha256")) == 64
    assert found == {
        "path": "ops/intro.md",
        "title": "Intro",
        "revision": 2,
        "body": "# Intro\r\n\r\nMore",
        "saved_by": "control token",
        "door": "api",
    }
    assert client.delete("/api/documents/ops/intro.md").status_code == 204
    assert code(client.get("/api/documents/ops/intro.md")) == (404, "document_not_found")
    assert put(client, "ops/intro.md", "back").status_code == 201


@pytest.mark.parametrize(
    "body", ["", "  \n", "\ufeff# BOM", "a\r\nb\rc\n", "\u2028\x0b", "é" * 1000]
)
def test_a_text_comes_back_exactly(client, body):
    put(client, "a.md", body)
    assert client.get("/api/documents/a.md").json()["body"] == body


def test_the_same_text_changes_nothing(client):
    put(client, "a.md", "x")
    response = put(client, "a.md", "x")
    assert (response.status_code, response.json()["revision"]) == (200, 1)


def test_it_refuses_who_started_from_another_revision(client):
    assert put(client, "a.md", "x", revision=0).status_code == 201
    assert put(client, "a.md", "y", revision=1).status_code == 200
    assert code(put(client, "a.md", "z", revision=1)) == (409, "stale_revision")
    assert code(put(client, "a.md", "z", revision=0)) == (409, "stale_revision")


def test_it_gives_earlier_revisions_and_the_history_also_of_what_was_deleted(client):
    put(client, "a.md", "one")
    put(client, "a.md", "two")
    client.delete("/api/documents/a.md")
    assert client.get("/api/documents/a.md?revision=1").json()["body"] == "one"
    assert code(client.get("/api/documents/a.md?revision=3")) == (404, "revision_not_found")
    assert code(client.get("/api/documents/a.md?revision=9")) == (404, "revision_not_found")
    history = client.get("/api/documents/a.md?history=1").json()
    assert history["count"] == 3
    assert [each["revision"] for each in history["results"]] == [3, 2, 1]
    assert [each["deleted"] for each in history["results"]] == [True, False, False]
    assert code(client.get("/api/documents/never.md?history=1")) == (404, "document_not_found")


def test_lists_are_paged_and_hold_what_is_live(client):
    for number in range(60):
        put(client, f"{number:02}.md", "x")
    client.delete("/api/documents/00.md")
    first = client.get("/api/documents").json()
    assert (first["count"], len(first["results"])) == (59, 50)
    assert set(first["results"][0]) == {"path", "title", "revision", "sha256"}
    second = client.get(first["next"]).json()
    assert (second["next"], len(second["results"])) == (None, 9)
    paths = [each["path"] for each in first["results"] + second["results"]]
    assert paths == sorted(paths)
    assert len(client.get("/api/documents?page_size=5").json()["results"]) == 5
    assert client.get("/api/documents?page=99").status_code == 404


@pytest.mark.parametrize("size", ["abc", "0", "-1", "2.5"])
def test_a_page_of_no_size_is_refused(client, size):
    refused = client.get(f"/api/documents?page_size={size}")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert "page_size" in refused.json()["detail"]
    assert client.get("/api/documents?page_size=9999").status_code == 200


def test_a_long_list_takes_few_queries(client, django_assert_max_num_queries):
    for number in range(30):
        put(client, f"{number}.md", "x")
    with django_assert_max_num_queries(3):
        client.get("/api/documents")


@pytest.mark.parametrize(
    "path", ["a.txt", "%2E%2E/a.md", "a//b.md", ".a.md", "a%00.md", "a/", "x" * 300 + ".md"]
)
def test_a_path_that_cannot_be_is_told(client, path):
    for response in (
        client.get(f"/api/documents/{path}"),
        put(client, path, "x"),
        client.delete(f"/api/documents/{path}"),
    ):
        assert code(response) == (400, "invalid_path")


def test_an_escaped_slash_is_a_slash(client):
    put(client, "ops%2Fa.md", "x")
    assert client.get("/api/documents/ops/a.md").status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        {}, {"body": None}, {"body": 5}, {"body": ["x"]}, {"body": "a\0b"},
        {"body": "x", "revision": -1}, {"body": "x", "revision": "x"},
        {"body": "x", "revision": 10**30}, [], "x",
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_is_told(client, data):
    response = client.put("/api/documents/a.md", data, format="json")
    assert response.status_code == 400
    assert not revisions.live().exists()


@pytest.mark.parametrize(
    "query", ["revision=0", "revision=x", "revision=" + "9" * 30, "history=maybe"]
)
def test_a_query_that_cannot_be_is_told(client, query):
    put(client, "a.md", "x")
    assert code(client.get(f"/api/documents/a.md?{query}")) == (400, "invalid")


def test_what_is_too_large_is_told(client, settings):
    settings.MAX_DOCUMENT_BYTES = 1000
    assert code(put(client, "a.md", "x" * 1001)) == (413, "too_large")
    assert code(put(client, "a.md", "x" * 10_000)) == (413, "too_large")


def test_half_a_character_is_told(client):
    data = '{"body": "\\ud800"}'
    response = client.put("/api/documents/a.md", data, content_type="application/json")
    assert code(response) == (400, "invalid")


def test_other_content_is_told(client):
    assert (
        client.put("/api/documents/a.md", "{", content_type="application/json").status_code == 400
    )
    assert client.put("/api/documents/a.md", "x", content_type="text/plain").status_code == 415
    assert client.post("/api/documents/a.md", {}, format="json").status_code == 405


def test_what_the_calls_are_is_for_the_schema_to_say(client):
    assert client.options("/api/documents").status_code == 405
    assert client.options("/api/documents/a.md").status_code == 405


def test_a_document_inside_another_is_told(client):
    put(client, "a.md", "x")
    assert code(put(client, "a.md/b.md", "x")) == (409, "path_taken")


def test_nobody_gets_in_without_a_right():
    stranger = APIClient()
    assert code(stranger.get("/api/documents")) == (401, "not_authenticated")
    assert code(put(stranger, "a.md", "x"))[0] == 401
    stranger.credentials(HTTP_AUTHORIZATION="Bearer wrong")
    assert code(stranger.get("/api/documents"))[0] == 401


def test_staff_may_do_what_their_rights_say():
    carol = User.objects.create_user("carol", is_staff=True)
    client = APIClient()
    client.force_authenticate(carol)
    assert client.get("/api/documents").status_code == 403
    for right in ("view_document", "change_document"):
        carol.user_permissions.add(Permission.objects.get(codename=right))
    client.force_authenticate(User.objects.get(pk=carol.pk))
    assert client.get("/api/documents").status_code == 200
    assert put(client, "a.md", "x").status_code == 403
    revisions.save("a.md", "x", actor="alice", door="api")
    assert put(client, "a.md", "y").json()["saved_by"] == "carol"
    assert client.delete("/api/documents/a.md").status_code == 403


def test_a_customer_with_rights_but_no_desk_is_refused():
    dave = User.objects.create_superuser("dave")
    dave.is_staff = False
    client = APIClient()
    client.force_authenticate(dave)
    assert client.get("/api/documents").status_code == 403
