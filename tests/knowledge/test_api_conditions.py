"""The documents API where two write: ETag, If-Match, the revision stated; moves, the list's query,
quarantine."""

import pytest
from rest_framework.test import APIClient

from knowledge import quarantine, revisions
from knowledge.models import Quarantine, Revision

pytestmark = pytest.mark.django_db

A = "/api/documents/a.md"


@pytest.fixture
def client(settings):
    return APIClient(headers={"Authorization": f"Bearer {settings.CONTROL_TOKEN}"})


def put(client, body, path="a.md", headers=None, **more):
    data = {"body": body, **more}
    return client.put(f"/api/documents/{path}", data, format="json", headers=headers or {})


def code(response):
    return response.status_code, response.json()["code"]


def test_each_text_has_its_etag(client):
    first = put(client, "one")["ETag"]
    assert client.get(A)["ETag"] == first
    second = put(client, "two")["ETag"]
    assert second != first
    assert client.get(f"{A}?revision=1")["ETag"] == first
    assert put(client, "one")["ETag"] != first  # the same text again is another revision
    assert "private" in client.get(A)["Cache-Control"]


def test_what_is_known_is_not_sent_again(client):
    etag = put(client, "one")["ETag"]
    for header in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = client.get(A, headers={"If-None-Match": header})
        assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert client.get(A, headers={"If-None-Match": '"x"'}).status_code == 200


def test_who_saves_over_another_text_than_they_read_is_told(client):
    etag = put(client, "one")["ETag"]
    assert put(client, "two", headers={"If-Match": etag}).status_code == 200
    for response in (
        put(client, "three", headers={"If-Match": etag}),
        client.delete(A, headers={"If-Match": etag}),
        client.patch(A, {"path": "b.md"}, format="json", headers={"If-Match": etag}),
    ):
        assert code(response) == (412, "precondition_failed")
        assert "revision 2, saved by control token" in response.json()["detail"]
    assert revisions.get("a.md").body == "two"
    assert client.delete(A, headers={"If-Match": client.get(A)["ETag"]}).status_code == 204
    assert code(put(client, "x", headers={"If-Match": "*"})) == (412, "precondition_failed")


def test_a_document_is_only_made_where_there_is_none(client):
    assert put(client, "one", headers={"If-None-Match": "*"}).status_code == 201
    assert code(put(client, "two", headers={"If-None-Match": "*"})) == (412, "precondition_failed")
    client.delete(A)
    assert put(client, "two", headers={"If-None-Match": "*"}).status_code == 201


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("header", ["", "1-abc", "1, 2"])
def test_a_header_that_is_no_etag_saves_nothing(client, name, header):
    """Django passes over what it can't read: the save would come through unasked."""
    put(client, "one")
    assert code(put(client, "two", headers={name: header})) == (400, "invalid")
    assert code(client.get(A, headers={name: header})) == (400, "invalid")
    assert revisions.get("a.md").body == "one"


def test_the_revision_stated_and_the_etag_must_both_hold(client):
    etag = put(client, "one")["ETag"]
    assert code(put(client, "x", revision=7, headers={"If-Match": etag})) == (409, "stale_revision")
    assert put(client, "x", revision=1, headers={"If-Match": etag}).status_code == 200


def test_a_deletion_may_state_its_revision(client):
    put(client, "one")
    put(client, "two")
    assert code(client.delete(f"{A}?revision=1")) == (409, "stale_revision")
    assert code(client.delete(f"{A}?revision=x")) == (400, "invalid")
    assert client.delete(f"{A}?revision=2").status_code == 204


def test_a_document_moves_with_its_history(client):
    put(client, "one")
    put(client, "two")
    stale = client.patch(A, {"path": "ops/b.md", "revision": 1}, format="json")
    assert code(stale) == (409, "stale_revision")
    moved = client.patch(A, {"path": "ops/b.md", "revision": 2}, format="json")
    assert (moved.status_code, moved.json()["path"], moved.json()["body"]) == (
        200, "ops/b.md", "two",
    )  # fmt: skip
    assert (moved.json()["saved_by"], moved.json()["door"]) == ("control token", "api")
    assert moved["ETag"] == client.get("/api/documents/ops/b.md")["ETag"]
    assert code(client.get(A)) == (404, "document_not_found")
    assert client.get("/api/documents/ops/b.md?history=1").json()["count"] == 3


@pytest.mark.parametrize(("wish", "answer"), [
    ({"path": "taken.md"}, (409, "path_taken")), ({"path": "../x.md"}, (400, "invalid_path")),
    ({"path": "x"}, (400, "invalid_path")), ({"path": ""}, (400, "invalid")),
    ({}, (400, "invalid")), ({"path": "b\0.md"}, (400, "invalid")),
])  # fmt: skip
def test_a_move_that_cannot_be_is_told(client, wish, answer):
    put(client, "one")
    put(client, "two", path="taken.md")
    assert code(client.patch(A, wish, format="json")) == answer
    assert code(client.patch("/api/documents/no.md", {"path": "b.md"}, format="json"))[0] == 404
    assert Revision.objects.count() == 2


def test_the_list_is_searched_and_narrowed(client):
    put(client, "# Backups\n\nAt 02:15.", path="ops/backups.md")
    put(client, "# Paging\n\nAfter the backups.", path="ops/paging.md")
    put(client, "x", path="Ops/other.md")
    put(client, "x", path="opsy/other.md")

    def listed(query):
        return [each["path"] for each in client.get(f"/api/documents?{query}").json()["results"]]

    assert listed("q=BACKUPS") == ["ops/backups.md", "ops/paging.md"]
    assert listed("q=02:15") == ["ops/backups.md"]
    assert listed("folder=ops") == listed("folder=ops/") == ["ops/backups.md", "ops/paging.md"]
    assert listed("folder=ops&q=paging") == ["ops/paging.md"]
    assert len(listed("folder=&q=")) == 4
    assert code(client.get("/api/documents?q=%00")) == (400, "invalid")


def test_quarantine_is_listed_and_released(client):
    good = revisions.save("ops/a.md", "good", actor="bob", door="api").revision
    revisions.save("ops/a.md", "bad", actor="bob", door="api")
    quarantine.place({"ops/a.md": (good.number, good.sha256)}, actor="carol", reason="wrong")
    [listed] = client.get("/api/quarantine").json()["results"]
    assert listed.pop("placed_at")
    assert listed == {
        "path": "ops/a.md", "served": 1, "live": 2, "placed_by": "carol", "reason": "wrong",
    }  # fmt: skip
    released = client.post("/api/quarantine/ops/a.md/release")
    assert released.status_code == 200
    assert released.json()["released_by"] == "control token"
    assert Quarantine.objects.get().released_door == "api"
    assert client.get("/api/quarantine").json()["count"] == 0
    again = client.post("/api/quarantine/ops/a.md/release")
    assert code(again) == (409, "not_quarantined")
    assert code(client.post("/api/quarantine/x/release")) == (400, "invalid_path")
