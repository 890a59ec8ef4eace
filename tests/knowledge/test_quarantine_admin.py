"""Quarantine in the admin: listed with its release, and said on the document's own page."""

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from knowledge import quarantine, revisions
from knowledge.models import Quarantine

pytestmark = pytest.mark.django_db

LIST = reverse("admin:knowledge_quarantine_changelist")


@pytest.fixture
def alice(client):
    client.force_login(User.objects.create_superuser("alice"))
    return client


@pytest.fixture
def placed():
    good = revisions.save("ops/a.md", "# A\n\ngood\n", actor="bob", door="api").revision
    revisions.save("ops/a.md", "# A\n\nbad\n", actor="bob", door="api")
    [placed] = quarantine.place(
        {"ops/a.md": (good.number, good.sha256)}, actor="carol", reason="wrong answer"
    )
    return placed


def release(placed):
    return reverse("admin:knowledge_quarantine_release", args=[placed.pk])


def text(response):
    return " ".join(response.content.decode().split())


def test_the_list_says_who_since_when_why_and_what_is_served(alice, placed):
    page = text(alice.get(LIST))
    for words in ("ops/a.md", "revision 1", "revision 2", "carol", "wrong answer", "UTC"):
        assert words in page
    assert release(placed) in page
    row = alice.get(reverse("admin:knowledge_quarantine_change", args=[placed.pk]))
    assert row.url == reverse("admin:knowledge_document_change", args=[placed.document_id])


def test_the_page_says_what_will_become_live_and_then_releases(alice, placed):
    page = text(alice.get(release(placed)))
    assert "Revision 2, saved by bob" in page
    assert "Revision 1 is served until then" in page
    assert '<span class="words">good</span>' in page
    assert '<span class="words">bad</span>' in page
    answer = alice.post(release(placed), {"revision": "2"}, follow=True)
    assert "goes live by itself" in text(answer)
    assert not quarantine.open_ones()
    assert Quarantine.objects.get().released_by == "alice"


def test_an_edit_between_look_and_click_is_looked_at_first(alice, placed):
    revisions.save("ops/a.md", "# A\n\nworse\n", actor="dora", door="api")
    answer = alice.post(release(placed), {"revision": "2"})
    assert answer.status_code == 409
    assert "Nothing was released" in text(answer)
    assert "Revision 3, saved by dora" in text(answer)
    assert quarantine.open_ones().count() == 1


def test_the_second_to_release_is_told(alice, placed):
    quarantine.release("ops/a.md", actor="dora")
    answer = alice.post(release(placed), {"revision": "2"}, follow=True)
    assert "Someone else was first" in text(answer)
    assert Quarantine.objects.get().released_by == "dora"
    assert "released by dora" in text(alice.get(release(placed)))


def test_releasing_needs_its_own_right(client, placed):
    user = User.objects.create_user("eve", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_quarantine"))
    client.force_login(user)
    assert release(placed) not in text(client.get(LIST))
    assert client.post(release(placed), {"revision": "2"}).status_code == 403
    assert quarantine.open_ones().count() == 1


def test_the_document_says_that_it_is_in_quarantine(alice, placed):
    page = text(alice.get(reverse("admin:knowledge_document_change", args=[placed.document_id])))
    assert "Served as of revision 1." in page
    assert "Quarantined by carol" in page
    assert "Your edits are saved, not served." in page
    assert "knowledge-state-quarantined" in text(
        alice.get(reverse("admin:knowledge_document_changelist"))
    )


def test_deleting_it_says_that_the_quarantine_ends(alice, placed):
    page = reverse("admin:knowledge_document_delete", args=[placed.document_id])
    assert "its deletion ends that" in text(
        alice.post(page, {"seen": f"{placed.document_id}:2"}, follow=True)
    )
    assert not quarantine.open_ones()
