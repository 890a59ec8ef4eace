"""A document's history in the admin: the timeline, any two compared, and restore."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from knowledge import revisions
from knowledge.models import Document, Revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client):
    client.force_login(User.objects.create_superuser("alice"))
    return client


@pytest.fixture
def document():
    """Created by bob, edited by carol, moved by dora, edited by the folder's door."""
    revisions.save("ops/a.md", "# A\n\nThere is one.\n", actor="bob", door="api")
    revisions.save("ops/a.md", "# A\n\nThere are two.\n", actor="carol", door="admin")
    revisions.move("ops/a.md", "ops/b.md", actor="dora", door="admin")
    return revisions.save(
        "ops/b.md", "# A\n\nThere are three.\n", actor="folder", door="folder"
    ).revision.document


def history(document):
    return reverse("admin:knowledge_document_history", args=[document.pk])


def restore(document, revision):
    return reverse("admin:knowledge_restore", args=[document.pk, revision.pk])


def numbered(document, number):
    return document.revisions.get(number=number)


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def rows(response):
    return [str(event.words) for event in response.context["events"]]


def test_the_timeline_says_what_happened_by_whom_and_through_which_door(alice, document):
    page = alice.get(history(document))
    assert rows(page) == ["Edited", "Moved from ops/a.md", "Edited", "Created"]
    for words in ("History of ops/b.md", "4 revisions", "bob (API)", "dora (admin)", " folder "):
        assert words in text(page)
    assert f'href="{restore(document, numbered(document, 1))}"' in page.content.decode()
    assert restore(document, numbered(document, 4)) not in page.content.decode(), "it is current"


def test_the_newest_is_compared_with_the_one_before_or_any_two(alice, document):
    assert "From revision 3 to 4" in text(alice.get(history(document)))
    one, four = numbered(document, 1), numbered(document, 4)
    page = alice.get(history(document), {"from": four.pk, "to": one.pk})
    assert "From revision 1 to 4 +1 −1" in text(page), "the older is on the left"
    assert "<del>is one</del>" in page.content.decode()
    assert "<ins>are three</ins>" in page.content.decode()
    first = alice.get(history(document), {"from": "", "to": one.pk})
    assert "Revision 1, the first +3 −0" in text(first)


def test_nonsense_in_the_address_gives_the_default(alice, document):
    other = revisions.save("other.md", "secret", actor="bob", door="api").revision
    for query in (
        {"from": "x", "to": "9" * 30},
        {"from": other.pk, "to": other.pk},
        {"page": "-7"},
    ):
        assert "From revision 3 to 4" in text(alice.get(history(document), query))


def test_a_long_history_is_paged_and_its_last_row_knows_what_was_before(alice):
    for number in range(12):
        saved = revisions.save("a.md", f"{number}\n", actor="bob", door="api")
    newest = alice.get(history(saved.revision.document))
    assert rows(newest) == ["Edited"] * 10
    assert "Page 1 of 2" in text(newest)
    assert rows(alice.get(history(saved.revision.document) + "?page=2")) == ["Edited", "Created"]


def test_a_deletion_and_what_came_after_are_told(alice, document):
    revisions.delete("ops/b.md", actor="bob", door="api")
    assert "The document is deleted." in text(alice.get(history(document)))
    revisions.save("ops/b.md", "again\n", actor="bob", door="api")
    assert rows(alice.get(history(document)))[:2] == ["Created again", "Deleted"]
    deletion = numbered(document, 5)
    compared = alice.get(history(document), {"from": numbered(document, 4).pk, "to": deletion.pk})
    assert "the deletion by bob (API)" in text(compared)


def test_script_in_a_text_is_only_shown(alice):
    saved = revisions.save("a.md", "<script>alert(1)</script>\n", actor="bob", door="api")
    assert "&lt;script&gt;alert" in alice.get(history(saved.revision.document)).content.decode()


def test_a_huge_text_is_cut_and_says_so(alice):
    revisions.save("a.md", "".join(f"a {n}\n" for n in range(9000)), actor="bob", door="api")
    saved = revisions.save(
        "a.md", "".join(f"b {n}\n" for n in range(9000)), actor="bob", door="api"
    )
    page = alice.get(history(saved.revision.document))
    assert "There is more" in text(page)
    assert len(page.content) < 2_000_000


def test_an_earlier_text_comes_back_as_a_new_revision(alice, document):
    first = numbered(document, 1)
    page = alice.get(restore(document, first))
    assert "Restore revision 1" in text(page)
    assert "in place of revision 4" in text(page)
    told = alice.post(restore(document, first), {"expected": "4"}, follow=True)
    assert "Revision 1 is restored, as revision 5." in text(told)
    assert rows(told)[0] == "Restored from revision 1 of ops/a.md"
    live = revisions.get("ops/b.md")
    assert (live.number, live.body, live.saved_by, live.door) == (
        5,
        "# A\n\nThere is one.\n",
        "alice",
        "admin",
    )


def test_a_restored_text_keeps_its_newlines(alice):
    revisions.save("a.md", "one\r\ntwo\r\n", actor="bob", door="api")
    document = revisions.save("a.md", "one\n", actor="bob", door="api").revision.document
    alice.post(restore(document, numbered(document, 1)), {"expected": "2"})
    assert revisions.get("a.md").body == "one\r\ntwo\r\n"


def test_who_restores_after_someone_saved_is_shown_that_first(alice, document):
    first = numbered(document, 1)
    revisions.save("ops/b.md", "# A\n\nThere are four.\n", actor="eve", door="api")
    answer = alice.post(restore(document, first), {"expected": "4"})
    assert answer.status_code == 409
    assert "Nothing was restored." in text(answer)
    assert "saved by eve" in text(answer)
    assert "<ins>four</ins>" in answer.content.decode()
    assert revisions.get("ops/b.md").number == 5
    assert 'name="expected" value="5"' in answer.content.decode()
    assert alice.post(restore(document, first), {"expected": "5"}).status_code == 302


def test_the_same_text_is_not_restored(alice, document):
    answer = alice.post(restore(document, numbered(document, 4)), {"expected": "4"}, follow=True)
    assert "nothing was done" in text(answer)
    assert Revision.objects.count() == 4


def test_a_deleted_document_comes_back(alice, document):
    revisions.delete("ops/b.md", actor="bob", door="api")
    page = text(alice.get(restore(document, numbered(document, 4))))
    assert "the document comes back" in page
    alice.post(restore(document, numbered(document, 4)), {"expected": "0"})
    live = revisions.get("ops/b.md")
    assert (live.document_id, live.number, live.body) == (
        document.pk,
        6,
        "# A\n\nThere are three.\n",
    )


def test_where_another_document_is_now_nothing_is_overwritten(alice):
    """a.md is deleted; b.md moves to a.md; the deleted one can't come back over it."""
    gone = revisions.save("a.md", "gone", actor="bob", door="api").revision.document
    revisions.delete("a.md", actor="bob", door="api")
    revisions.save("b.md", "there", actor="bob", door="api")
    revisions.move("b.md", "a.md", actor="bob", door="api")
    answer = alice.post(restore(gone, gone.revisions.get(number=1)), {"expected": "0"})
    assert answer.status_code == 409
    assert revisions.get("a.md").body == "there"
    again = alice.post(restore(gone, gone.revisions.get(number=1)), {"expected": "0"})
    assert again.status_code == 409


def test_what_is_no_text_of_this_document_is_not_found(alice, document):
    other = revisions.save("other.md", "x", actor="bob", door="api").revision
    revisions.delete("ops/b.md", actor="bob", door="api")
    assert alice.get(restore(document, other)).status_code == 404
    assert alice.get(restore(document, numbered(document, 5))).status_code == 404
    assert alice.get(restore(Document(pk=999), other)).status_code == 404


def test_who_may_only_look_can_not_restore(client, document):
    carol = User.objects.create_user("carol", is_staff=True)
    carol.user_permissions.add(Permission.objects.get(codename="view_document"))
    client.force_login(carol)
    page = client.get(history(document))
    assert "Created" in text(page)
    assert "/restore/" not in page.content.decode()
    address = restore(document, numbered(document, 1))
    assert client.post(address, {"expected": "4"}).status_code == 403
    client.force_login(User.objects.create_user("eve", is_staff=True))
    assert client.get(history(document)).status_code == 403
