"""The admin's first page says what waits for a person, to whoever may do something about it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from knowledge import quarantine, revisions
from knowledge.models import Document, FolderSync
from routing import versions
from tests.routing.conftest import layout, slots_served  # noqa: F401  fixtures
from tests.routing.indices import make_version
from tests.routing.test_activation import A2, A, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(layout):  # noqa: F811
    def page(user):
        client = Client()
        client.force_login(user)
        response = client.get("/admin/")
        assert response.status_code == 200
        return response.content.decode()

    return page


def admin():
    return User.objects.create_superuser("alice")


def waiting(page):
    return page.partition('id="waiting"')[2].partition("</section>")[0]


def save(path, body):
    revisions.save(path, body, actor="alice", door="admin")
    return Document.objects.get(path=path)


def test_it_says_that_nothing_waits(layout, home):  # noqa: F811
    publish(layout, 1, A)
    page = home(admin())
    assert "Nothing waits for anyone." in waiting(page)
    assert "Serving <strong>#1</strong>" in page


def test_it_lists_what_waits_and_leads_there(layout, home):  # noqa: F811
    publish(layout, 1, A)
    make_version(layout, 2, A2, changed=["a.md"])
    yesterday = timezone.localdate() - timedelta(days=1)
    save("old.md", f"---\nreview_by: {yesterday}\n---\n# Old\n")
    blamed = save("bad.md", "# Bad\n\nOne.\n").revision
    earlier = {"bad.md": (blamed.number, blamed.sha256)}
    quarantine.place(earlier, actor="alice", reason="wrong")
    FolderSync.objects.create(id=1, rejected=[{"path": "x.md", "reason": "it is not text"}],
                              paused_reason="It is empty.")  # fmt: skip
    page = waiting(home(admin()))
    for words, link in [
        ("#2 waits to be activated", "/admin/routing/deploymentversion/2/change/"),
        ("1 document whose review is overdue", "/admin/knowledge/document/?state=overdue"),
        ("1 document in quarantine", "/admin/knowledge/quarantine/"),
        ("1 file that can", "/admin/knowledge/document/folder/"),
        ("sync is paused", "/admin/knowledge/document/folder/"),
    ]:
        assert words in page
        assert f'href="{link}"' in page


def test_it_says_what_failed_last(layout, home):  # noqa: F811
    publish(layout, 1, A)
    failed = versions.create(2, digest="0" * 64, fingerprint={})
    versions.failed(failed, "No space is left.")
    assert "#2 could not be built" in waiting(home(admin()))


def test_it_shows_nobody_what_they_may_not_see(layout, home):  # noqa: F811
    publish(layout, 1, A)
    carol = User.objects.create_user("carol", is_staff=True)
    page = home(carol)
    assert "/admin/knowledge/document/" not in page
    assert "/admin/routing/deploymentversion/" not in page.partition('id="lately"')[2]
