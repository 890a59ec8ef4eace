"""K5 in each of the editor's save paths: who comes second is told, and nothing goes unseen."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from knowledge import revisions
from knowledge.models import Revision
from tests.knowledge.test_admin import DELETE, LIST, form, page, saved
from tests.knowledge.test_admin import alice as alice  # a fixture

pytestmark = pytest.mark.django_db


def bob_saves(document, body="# A\n\nBob's\n"):
    revisions.save(document.path, body, actor="bob", door="api")


def seen(response):
    return response.context["seen"]


def test_a_confirmed_overwrite_is_confirmed_for_the_revision_that_was_shown(alice):
    """Alice saves, sees Bob's revision 2, and Bob saves once more before she confirms."""
    document = saved()
    posted = {**form(alice, document), "body": "mine"}
    bob_saves(document)
    assert "Save mine in place of revision 2" in alice.post(page(document), posted).content.decode()
    bob_saves(document, "# A\n\nBob's second\n")
    html = alice.post(page(document), {**posted, "replacing": "2"}).content.decode()
    assert "Save mine in place of revision 3" in html
    assert "second" in html
    assert alice.post(page(document), {**posted, "replacing": "3"}).status_code == 302
    assert revisions.get(document.path).body == "mine"


def test_the_same_text_by_both_is_no_conflict(alice):
    document = saved()
    posted = {**form(alice, document), "body": "# A\r\n\r\nBob's\r\n"}
    bob_saves(document)
    answer = alice.post(page(document), posted, follow=True)
    assert "no new revision" in answer.content.decode()


def test_a_delete_after_someone_saved_is_confirmed_again(alice):
    document = saved()
    shown = alice.get(page(document, "delete"))
    bob_saves(document)
    answer = alice.post(page(document, "delete"), {"seen": seen(shown)})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was deleted" in html
    assert "Bob&#x27;s" in html
    assert revisions.is_live(document.path)
    alice.post(page(document, "delete"), {"seen": seen(answer)})
    assert not revisions.is_live(document.path)


def test_a_delete_without_what_was_seen_only_asks(alice):
    document = saved()
    assert alice.post(page(document, "delete"), {"post": "yes"}).status_code == 200
    assert revisions.is_live(document.path)


def test_of_several_none_is_deleted_when_one_was_saved_since(alice):
    chosen = [saved(f"{name}.md") for name in "abc"]
    data = {"action": "delete_selected", "_selected_action": [each.pk for each in chosen]}
    shown = alice.post(reverse(LIST), data)
    assert "Delete 3 documents" in shown.content.decode()
    bob_saves(chosen[1])
    answer = alice.post(reverse(DELETE), {"seen": seen(shown)})
    assert answer.status_code == 409
    assert [item["document"].path for item in answer.context["changed"]] == ["b.md"]
    assert revisions.live().count() == 3
    told = alice.post(reverse(DELETE), {"seen": seen(answer)}, follow=True).content.decode()
    assert "3 documents are deleted." in told
    assert reverse("admin:knowledge_undo") in told
    assert not revisions.live().exists()


def test_what_was_added_since_is_not_deleted_with_all(alice):
    """All are chosen and shown; one more comes before the click."""
    saved("a.md")
    data = {"action": "delete_selected", "_selected_action": ["1"], "select_across": "1"}
    shown = alice.post(reverse(LIST), data)
    saved("later.md")
    alice.post(reverse(DELETE), {"seen": seen(shown)})
    assert [each.path for each in revisions.live()] == ["later.md"]


def test_more_documents_than_a_form_may_have_fields_are_deleted_at_once(alice, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    for number in range(120):
        saved(f"{number}.md")
    data = {"action": "delete_selected", "_selected_action": ["1"], "select_across": "1"}
    shown = alice.post(reverse(LIST), data)
    assert "and 20 more" in shown.content.decode()
    told = alice.post(reverse(DELETE), {"seen": seen(shown)}, follow=True).content.decode()
    assert "120 documents are deleted." in told
    assert not revisions.live().exists()


def test_who_deletes_second_is_told(alice):
    document = saved()
    shown = alice.get(page(document, "delete"))
    revisions.delete(document.path, actor="bob", door="api")
    told = alice.post(reverse(DELETE), {"seen": seen(shown)}, follow=True).content.decode()
    assert "deleted it before you" in told
    assert Revision.objects.filter(deleted=True).get().saved_by == "bob"


def test_a_new_document_is_named_after_its_title_when_no_path_is_given(alice):
    add = reverse("admin:knowledge_document_add")
    alice.post(add, {"path": "", "body": "# Où est le disque ?\r\n", "expected": "0"})
    assert revisions.is_live("ou-est-le-disque.md")
    html = alice.post(add, {"path": "", "body": "# Où est le disque ?", "expected": "0"})
    assert "There is a document at ou-est-le-disque.md already." in html.content.decode()
    html = alice.post(add, {"path": "", "body": "no title", "expected": "0"}).content.decode()
    assert "Where shall it be?" in html
    assert "no title" in html


def test_save_and_continue_stays_and_save_goes_to_the_list(alice):
    document = saved()
    posted = {**form(alice, document), "body": "one"}
    assert alice.post(page(document), posted).url == reverse(LIST)
    posted = {**form(alice, document), "body": "two", "_continue": "1"}
    assert alice.post(page(document), posted).url == page(document)
    told = alice.get(page(document)).content.decode()
    assert "Saved as revision 3." in told
    assert f'data-knowledge-saved="{document.pk}"' in told


def test_the_state_is_told_to_the_page_that_asks(alice, client):
    document = saved()
    answer = alice.get(page(document, "state")).json()
    assert set(answer) == {"html", "settled"}
    client.logout()
    assert client.get(page(document, "state")).status_code == 302


def test_rows_ask_for_their_states_together(alice, client):
    """One answer for all rows; nothing for what no row is, however the address reads."""
    first, second = saved("a.md"), saved("b.md")
    states = reverse("admin:knowledge_document_states")
    assert f'data-knowledge-row="{first.pk}"' in alice.get(reverse(LIST)).content.decode()
    told = alice.get(states, {"of": f"{first.pk},{second.pk},x,,999999"}).json()
    assert set(told) == {str(first.pk), str(second.pk)}
    assert set(told[str(first.pk)]) == {"html", "settled"}
    assert alice.get(states).json() == {}
    client.logout()
    assert client.get(states).status_code == 302


def test_documents_are_found_by_language(alice):
    saved("en.md", "# Rollback\n\nThis page says what is served, and by whom.\n")
    saved("fr.md", "# Retour\n\nCette page dit ce qui est servi, et par qui.\n")
    saved("sh.md", "# kubectl\n\n```sh\nfor the in of; do\n```\n")
    for language, path in (("en", "en.md"), ("fr", "fr.md"), ("other", "sh.md")):
        listed = alice.get(reverse(LIST), {"language": language}).context["cl"].result_list
        assert [each.path for each in listed] == [path]
    assert "French" in alice.get(reverse(LIST), {"language": "fr"}).content.decode()


def test_the_language_is_that_of_the_live_text(alice):
    document = saved("a.md", "This page says what is served, and by whom.")
    assert document.revision.language == "en"
    saved("a.md", "Cette page dit ce qui est servi, et par qui.")
    revisions.move("a.md", "b.md", actor="bob", door="api")
    assert revisions.get("b.md").language == "fr"


def test_texts_that_were_saved_before_get_their_language(alice):
    """As the migration finds them: none has one."""
    for n in range(3):
        saved(f"{n}.md", "This page says what is served, and by whom." * (n > 0))
    Revision.objects.update(language="")
    migration = import_module("knowledge.migrations.0010_language")
    migration.fill_in(apps, connection.schema_editor())
    assert [revisions.get(f"{n}.md").language for n in range(3)] == ["", "en", "en"]


def test_documents_are_found_by_folder(alice):
    saved("ops/a.md", "# In ops\n")
    saved("fr/b.md", "# In fr\n")
    html = alice.get(reverse(LIST) + "?folder=ops/").content.decode()
    assert "In ops" in html
    assert "In fr" not in html
    assert "?folder=fr%2F" in html


def test_folders_that_differ_in_case_are_two(alice):
    saved("ops/a.md", "# Small\n")
    saved("Ops/b.md", "# Capital\n")
    html = alice.get(reverse(LIST) + "?folder=ops/").content.decode()
    assert "Small" in html
    assert "Capital" not in html


def test_a_document_is_moved_with_its_history(alice):
    document = saved()
    shown = alice.get(page(document, "move")).context["form"]
    posted = {"path": "fr/b.md", "expected": shown["expected"].value()}
    answer = alice.post(page(document, "move"), posted, follow=True)
    assert "Moved from ops/a.md to fr/b.md." in answer.content.decode()
    assert revisions.get("fr/b.md").document_id == document.pk
    assert revisions.get("fr/b.md").saved_by == "alice"
    assert not revisions.is_live("ops/a.md")


@pytest.mark.parametrize("path", ["b.md", "b.md/c.md", "../x.md", "x.txt", ""])
def test_a_path_where_it_cannot_be_moved_is_told_and_kept(alice, path):
    document, _ = saved(), saved("b.md")
    answer = alice.post(page(document, "move"), {"path": path, "expected": "1"})
    assert answer.context["form"].errors["path"]
    assert answer.context["form"]["path"].value() == path
    assert revisions.is_live("ops/a.md")


def test_a_move_after_someone_saved_is_confirmed_again(alice):
    document = saved()
    bob_saves(document)
    answer = alice.post(page(document, "move"), {"path": "b.md", "expected": "1"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was moved" in html
    assert "Bob&#x27;s" in html
    assert 'value="b.md"' in html
    assert revisions.is_live("ops/a.md")
    again = answer.context["form"]
    alice.post(page(document, "move"), {"path": "b.md", "expected": again["expected"].value()})
    assert revisions.get("b.md").body == "# A\n\nBob's\n"


def test_a_move_after_someone_deleted_or_moved_is_told(alice):
    document = saved()
    revisions.move("ops/a.md", "c.md", actor="bob", door="api")
    answer = alice.post(page(document, "move"), {"path": "b.md", "expected": "1"})
    assert "at c.md" in answer.content.decode()
    revisions.delete("c.md", actor="bob", door="api")
    answer = alice.post(page(document, "move"), {"path": "b.md", "expected": "2"}, follow=True)
    assert "bring it back first" in answer.content.decode()
    assert not revisions.is_live("b.md")


def test_who_saves_after_a_move_is_told_and_then_saves_where_it_is_now(alice):
    document = saved()
    posted = {**form(alice, document), "body": "mine"}
    revisions.move("ops/a.md", "c.md", actor="bob", door="api")
    html = alice.post(page(document), posted).content.decode()
    assert "bob moved this document" in html
    assert "c.md" in html
    assert alice.post(page(document), {**posted, "replacing": "2"}).status_code == 302
    assert revisions.get("c.md").body == "mine"
    assert not revisions.is_live("ops/a.md")


def test_what_links_to_it_is_told_before_it_moves_or_goes(alice):
    document = saved()
    saved("fr/b.md", "# B\n\n[a](../ops/a.md#x)\n")
    saved("c.md", "# C\n\na.md is named, [b](fr/a.md) is another\n")
    for name in ("move", "delete"):
        shown = alice.get(page(document, name))
        assert [each.path for each in shown.context["linking"]] == ["fr/b.md"]


def test_both_changes_are_offered_put_together(alice):
    """Alice and Bob change different lines; she takes the merged text, which is nobody's alone."""
    document = saved(body="one\ntwo\nthree\n")
    posted = {**form(alice, document), "body": "mine\r\ntwo\r\nthree\r\n"}
    bob_saves(document, "one\ntwo\ntheirs\n")
    shown = alice.post(page(document), posted)
    merged = shown.context["adminform"].form.merged
    assert (merged.text, merged.conflicts) == ("mine\ntwo\ntheirs\n", 0)
    assert "Put both together in my text" in shown.content.decode()
