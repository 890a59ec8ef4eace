"""What the editor shows beside the text: the same page that readers get, its chunks, the hints."""

import json

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from knowledge import preview
from retrieval import chunking, markdown

pytestmark = pytest.mark.django_db

URL = "/admin/knowledge/document/preview/"
TEXT = "# Backups\n\nThey start at **02:15**.\n\n## Restore\n\n<script>alert(1)</script>\n\n- a\n"


def may(codename, **keywords):
    user = User.objects.create_user(codename, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename=codename))
    client = Client(**keywords)
    client.force_login(user)
    return client


def post(client, body, **query):
    return client.post(URL, body, content_type="text/markdown", query_params=query)


def test_the_preview_is_what_readers_get():
    answer = post(may("change_document"), TEXT).json()
    assert answer["html"] == markdown.render(TEXT)
    assert "<script" not in json.dumps(answer)
    assert answer["path"] == "backups.md"


def test_the_chunks_are_those_of_the_index():
    shown = post(may("add_document"), TEXT * 40).json()
    chunks = chunking.split(TEXT * 40)
    assert [each["section"] for each in shown["chunks"]] == [each.section for each in chunks]
    assert shown["chunks"][0]["html"] == markdown.render((TEXT * 40)[: chunks[0].end])
    assert shown["cut"] == f"{len(chunks)} chunks"


def test_hints_come_with_it():
    answer = post(may("change_document"), "no heading, [a](gone.md)", path="ops/x.md").json()
    assert [hint["line"] for hint in answer["hints"]] == [1, 1]
    assert "ops/gone.md" in answer["hints"][1]["words"]


def test_what_cannot_be_shown_is_told():
    client = may("change_document")
    assert post(client, b"\xff").status_code == 400
    assert "NUL" in post(client, "a\0b").json()["refused"]
    long = post(client, "x" * (preview.LARGEST + 1))
    assert (long.status_code, "too long" in long.json()["refused"]) == (413, True)


def test_it_is_for_those_who_write():
    assert post(may("view_document"), TEXT).status_code == 403
    assert post(Client(), TEXT).status_code == 302  # to the login
    assert may("change_document").get(URL).status_code == 405
    guarded = may("add_document", enforce_csrf_checks=True)
    assert post(guarded, TEXT).status_code == 403
    assert reverse("admin:knowledge_document_preview") == URL
