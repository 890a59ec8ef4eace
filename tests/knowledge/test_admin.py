import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from knowledge import revisions
from knowledge.models import Document, FolderSync, Revision

pytestmark = pytest.mark.django_db

LIST = "admin:knowledge_document_changelist"
DELETE = "admin:knowledge_document_delete_several"


@pytest.fixture
def alice(client):
    client.force_login(User.objects.create_superuser("alice"))
    return client


def page(document, name="change"):
    return reverse(f"admin:knowledge_document_{name}", args=[document.pk])


def saved(path="ops/a.md", body="# A\n\nText\n"):
    return revisions.save(path, body, actor="bob", door="api").revision.document


def form(client, document):
    """What a browser would post back from the page as it is: newlines as CRLF."""
    shown = client.get(page(document)).context["adminform"].form
    typed = shown["body"].value().replace("\r\n", "\n").replace("\r", "\n")
    return {
        "body": typed.replace("\n", "\r\n"),
        "expected": shown["expected"].value(),
    }


def test_a_document_is_added(alice):
    response = alice.post(
        reverse("admin:knowledge_document_add"),
        {"path": "ops/new.md", "body": "# New\r\n\r\nText", "expected": "0"},
        follow=True,
    )
    assert response.status_code == 200
    found = revisions.get("ops/new.md")
    assert (found.body, found.saved_by, found.door) == ("# New\n\nText", "alice", "admin")
    assert "ops/new.md" in response.content.decode()


@pytest.mark.parametrize("path", ["../x.md", "x.txt", "ops/a.md", "ops/a.md/b.md", ""])
def test_a_path_that_cannot_be_is_told_and_the_text_kept(alice, path):
    saved()
    response = alice.post(
        reverse("admin:knowledge_document_add"),
        {"path": path, "body": "my typing", "expected": "0"},
    )
    assert response.context["errors"]
    assert "my typing" in response.content.decode()
    assert Revision.objects.count() == 1


def test_an_edit_is_a_revision_by_the_editor(alice):
    document = saved()
    response = alice.post(page(document), {**form(alice, document), "body": "# A\r\nnew\r\n"})
    assert response.status_code == 302
    found = revisions.get("ops/a.md")
    assert (found.number, found.body, found.saved_by) == (2, "# A\nnew\n", "alice")


@pytest.mark.parametrize(
    "body",
    ["# A\n\nText\n", "\n\nfirst lines are empty", "  spaces  \n", "crlf\r\n", "<b>&amp;", ""],
)
def test_an_unchanged_save_changes_nothing(alice, body):
    document = saved(body=body)
    html = alice.get(page(document)).content.decode()
    assert '<textarea name="body"' in html
    response = alice.post(page(document), form(alice, document), follow=True)
    assert "no new revision" in response.content.decode()
    assert Revision.objects.count() == 1


def test_the_first_newline_of_a_text_survives_the_page(alice):
    """HTML drops a newline right after the tag, so there has to be one to drop."""
    html = alice.get(page(saved(body="\nfirst"))).content.decode()
    assert ">\n\nfirst</textarea>" in html


def test_who_saves_second_is_shown_the_other_text_and_keeps_theirs(alice):
    document = saved(body="one\ntwo\n")
    posted = {**form(alice, document), "body": "mine\r\ntwo\r\n"}
    revisions.save(document.path, "one\ntheirs\n", actor="bob", door="api")
    response = alice.post(page(document), posted)
    html = response.content.decode()
    assert response.status_code == 200
    assert "bob" in html
    assert '<span class="words">theirs</span>' in html
    assert "mine\r\ntwo\r\n</textarea>" in html
    assert revisions.get(document.path).number == 2
    again = response.context["adminform"].form
    assert again["body"].value() == "mine\r\ntwo\r\n"
    assert alice.post(page(document), posted).status_code == 200, "the same button again"
    response = alice.post(page(document), {**posted, "replacing": "2"})
    assert response.status_code == 302
    assert revisions.get(document.path).body == "mine\ntwo\n"
    assert revisions.at(document.path, 2).body == "one\ntheirs\n"


def test_who_saves_after_a_deletion_is_told(alice):
    document = saved()
    posted = {**form(alice, document), "body": "mine"}
    revisions.delete(document.path, actor="bob", door="api")
    response = alice.post(page(document), posted)
    assert "bob deleted this document" in response.content.decode()
    assert alice.post(page(document), {**posted, "replacing": "0"}).status_code == 302
    assert revisions.get(document.path).body == "mine"


def test_what_is_not_text_is_told_and_kept(alice, settings):
    document = saved()
    settings.MAX_DOCUMENT_BYTES = 10
    response = alice.post(page(document), {"body": "far too long a text", "expected": "1"})
    assert "MAX_DOCUMENT_BYTES" in response.content.decode()
    assert "far too long a text" in response.content.decode()


def test_a_delete_is_a_deletion_by_the_editor(alice):
    document = saved()
    assert "ops/a.md" in alice.get(page(document, "delete")).content.decode()
    alice.post(reverse(DELETE), {"seen": f"{document.pk}:1"})
    assert not revisions.is_live("ops/a.md")
    last = revisions.history("ops/a.md")[0]
    assert (last.deleted, last.saved_by, last.door) == (True, "alice", "admin")


def test_several_are_deleted_at_once(alice):
    chosen = [saved(f"{name}.md").pk for name in "ab"]
    saved("c.md")
    data = {"action": "delete_selected", "_selected_action": chosen}
    assert "a.md" in alice.post(reverse(LIST), data).content.decode()
    alice.post(reverse(DELETE), {"seen": ",".join(f"{pk}:1" for pk in chosen)})
    assert [document.path for document in revisions.live()] == ["c.md"]
    assert Revision.objects.filter(deleted=True, saved_by="alice").count() == 2


def test_the_list_says_what_is_live_and_by_whom(alice, django_assert_max_num_queries):
    for number in range(20):
        saved(f"{number}.md", f"# Title {number}\n")
    revisions.delete("0.md", actor="bob", door="api")
    with django_assert_max_num_queries(24):
        html = alice.get(reverse(LIST)).content.decode()
    assert "Title 19" in html
    assert "Title 0" not in html
    assert "bob" in html
    assert "Title 0" in alice.get(reverse(LIST) + "?state=deleted").content.decode()
    assert "Title 7" in alice.get(reverse(LIST) + "?q=Title+7").content.decode()


def test_a_deleted_document_may_be_saved_again(alice):
    document = saved()
    revisions.delete(document.path, actor="bob", door="api")
    posted = form(alice, document)
    assert posted["body"] == "# A\r\n\r\nText\r\n"
    alice.post(page(document), posted)
    assert revisions.get(document.path).number == 3


def test_a_deleted_document_whose_place_was_taken_is_told(alice):
    document = saved("a.md")
    revisions.delete("a.md", actor="bob", door="api")
    saved("a.md/b.md")
    response = alice.post(page(document), form(alice, document))
    assert "would be inside, or around" in response.content.decode()


def test_a_place_that_is_taken_between_the_look_and_the_save_is_told_and_the_text_kept(
    alice, monkeypatch
):
    """The form's first look comes a moment before Bob's save, and the second after it."""
    saved("a.md/b.md")
    look, early = revisions.refuse_taken, iter([None])
    monkeypatch.setattr(revisions, "refuse_taken", lambda path: next(early, path) and look(path))
    response = alice.post(
        reverse("admin:knowledge_document_add"),
        {"path": "a.md", "body": "my typing", "expected": "0"},
    )
    html = response.content.decode()
    assert "would be inside, or around" in html
    assert "my typing" in html
    assert not revisions.is_live("a.md")


def test_a_deleted_path_may_be_added_again(alice):
    revisions.delete(saved("a.md").path, actor="bob", door="api")
    alice.post(
        reverse("admin:knowledge_document_add"), {"path": "a.md", "body": "x", "expected": "0"}
    )
    assert revisions.get("a.md").number == 3


def test_the_list_says_what_the_folder_refuses(alice):
    FolderSync.objects.create(
        rejected=[{"path": "bad.md", "reason": "it is not UTF-8 text"}],
        paused_reason="The knowledge folder is missing.",
    )
    html = alice.get(reverse(LIST)).content.decode()
    assert "it is not UTF-8 text" in html
    assert "The knowledge folder is missing." in html


def test_a_conflict_is_shown_until_it_is_settled(alice):
    document = saved()
    lost = revisions.save(document.path, "lost", actor="folder", door="folder").revision
    revisions.save(document.path, "won", actor="bob", door="api")
    Document.objects.update(conflict=lost)
    assert "in conflict" in alice.get(reverse(LIST) + "?state=conflict").content.decode()
    shown = alice.get(page(document)).content.decode()
    assert reverse("admin:knowledge_conflict", args=[lost.pk]) in shown


def test_the_history_is_read_only(alice):
    document = saved(body="first <script>alert(1)</script>\n")
    revisions.save(document.path, "second", actor="carol", door="admin")
    history = alice.get(page(document, "history"), follow=True).content.decode()
    assert "carol" in history
    first = document.revisions.get(number=1)
    url = reverse("admin:knowledge_revision_change", args=[first.pk])
    html = alice.get(url).content.decode()
    assert "first &lt;script&gt;" in html
    assert alice.post(url, {"body": "changed"}).status_code == 403
    assert alice.get(reverse("admin:knowledge_document_history", args=["none"])).status_code == 404


def test_who_may_only_look_sees_the_text_and_no_form(client):
    document = saved()
    carol = User.objects.create_user("carol", is_staff=True)
    carol.user_permissions.add(Permission.objects.get(codename="view_document"))
    client.force_login(carol)
    html = client.get(page(document)).content.decode()
    assert "Text" in html
    assert "<textarea" not in html
    assert client.post(page(document), {"body": "x", "expected": "1"}).status_code == 403
