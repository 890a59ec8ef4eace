"""Importing in the admin, by plain forms."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from knowledge import batches, revisions, tasks
from knowledge.import_models import Import
from tests.knowledge.uploading import UPLOAD, post, preview, zipped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def alice(client):
    client.force_login(User.objects.create_superuser("alice"))
    return client


def text(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def one(upload):
    return reverse("admin:knowledge_import_one", args=[upload.pk])


def test_it_shows_what_would_happen_then_imports(alice):
    revisions.save("ops/a.md", "# A\n", actor="bob", door="api")
    sent = post(alice, [("docs.zip", zipped([("ops/a.md", b"# B\n"), ("../x.md", b"x")])),
                        ("docs/deep/new.md", b"# N\n")], folder="")  # fmt: skip
    assert sent.status_code == 302
    page = alice.get(sent.url)
    assert "Nothing has changed yet." in text(page)
    assert "Import 2 documents" in text(page)
    assert "1 Refused" in text(page)
    assert "leads out of the folder" in text(page)
    assert "in place of revision 1" in text(alice.get(sent.url, {"show": "changed"}))

    done = alice.post(sent.url, {"act": "import"}, follow=True)
    assert "Done at" in text(done)
    assert "1 Created" in text(done)
    assert revisions.get("docs/deep/new.md").saved_by == "alice"
    assert revisions.get("ops/a.md").body == "# B\n"
    assert "docs/deep/new.md" in text(alice.get(sent.url, {"show": "created"}))


def test_a_conflict_is_shown_and_can_be_decided(alice):
    upload = preview([("a.md", b"mine")])
    revisions.save("a.md", "theirs", actor="bob", door="api")
    page = alice.post(one(upload), {"act": "import"}, follow=True)
    assert "saved by somebody else" in text(page)
    assert "saved by bob" in text(page)
    again = alice.post(one(upload), {"act": "again"}, follow=True)
    assert "Import 1 document" in text(again)


def test_it_compares_a_file_with_what_is_live(alice):
    revisions.save("a.md", "# A\n\nold words\n", actor="bob", door="api")
    upload = preview([("a.md", b"# A\n\nnew words\n"), ("b.txt", b"x")])
    file, other = upload.files.order_by("path")
    page = reverse("admin:knowledge_import_file", args=[upload.pk, file.pk])
    assert "bob" in text(alice.get(page))
    assert "new words" in text(alice.get(page))
    other = reverse("admin:knowledge_import_file", args=[upload.pk, other.pk])
    assert alice.get(other).status_code == 404
    upload.texts.unlink()
    assert "no longer kept" in text(alice.get(page))


def test_a_long_import_is_watched_while_the_worker_goes_on(alice, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    upload = preview([(f"{n}.md", b"%d" % n) for n in range(13)])
    page = alice.post(one(upload), {"act": "import"}, follow=True)
    assert '<progress id="work-bar" value="8" max="13">' in page.content.decode()
    progress = reverse("admin:knowledge_import_progress", args=[upload.pk])
    assert alice.get(progress).json() == {"state": "running", "done": 8, "of": 13}

    tasks.go_on()
    assert alice.get(progress).json() == {"state": "done", "done": 13, "of": 13}


@pytest.mark.parametrize("files", [[], [("a.zip", b"nonsense")]])
def test_it_says_why_an_upload_is_refused(alice, files):
    refused = post(alice, files)
    assert refused.status_code == 400
    assert "Nothing was uploaded." in text(refused)


def test_a_folder_that_leads_out_is_refused(alice):
    assert post(alice, [("a.md", b"a")], folder="../out").status_code == 400
    assert not Import.objects.exists()


def test_it_can_be_discarded(alice, settings):
    upload = preview([("a.md", b"a")])
    page = alice.post(one(upload), {"act": "discard"}, follow=True)
    assert "nothing was imported" in text(page)
    assert list(settings.IMPORTS_DIR.iterdir()) == []


def test_names_from_an_upload_are_inert(alice):
    upload = preview([("<script>alert(1)</script>.md", b"x"), ("<b>.txt", b"x")])
    assert b"<script>alert" not in alice.get(one(upload)).content
    assert b"<b>" not in alice.get(one(upload), {"show": "skipped"}).content


def test_it_needs_its_permission_and_a_form_of_ours(client):
    """Carol may edit documents, but not import them."""
    carol = User.objects.create_user("carol", is_staff=True)
    carol.user_permissions.set(Permission.objects.filter(codename="change_document"))
    client.force_login(carol)
    upload = preview([("a.md", b"a")])
    for refused in (client.get(UPLOAD), post(client, [("a.md", b"a")]), client.get(one(upload)),
                    client.post(one(upload), {"act": "import"})):  # fmt: skip
        assert refused.status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("alice"))
    assert post(strict, [("a.md", b"a")]).status_code == 403
    assert Import.objects.count() == 1


def test_it_lists_many_by_pages(alice):
    upload = preview([(f"{n:03}.md", b"x") for n in range(150)])
    assert "1 to 100 of 150" in text(alice.get(one(upload)))
    assert "149.md" in text(alice.get(one(upload), {"show": "new", "page": 2}))
