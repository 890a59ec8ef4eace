"""The list of documents, and a long deletion with its undo, in a real browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from knowledge import revisions, tasks
from tests.knowledge.browsing import DESKTOP, PHONE, fits

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("folder"),
]

LIST = reverse("admin:knowledge_document_changelist")


def save(path: str, body: str = "# A\n"):
    return revisions.save(path, body, actor="bob", door="api").revision.document


def test_a_row_says_by_itself_what_became_of_its_document(tab):
    """Both wait for a build; one is deleted while the list is open."""
    save("a.md", "# One\n")
    save("b.md", "# Two\n")
    with tab(DESKTOP) as page:
        page.goto(LIST)
        row = page.get_by_role("row", name="Two")
        expect(row).to_contain_text("Saved, not live yet")
        revisions.delete("b.md", actor="bob", door="api")
        expect(row.locator(".knowledge-state")).to_contain_text("Deleted")
        expect(page.get_by_role("row", name="One")).to_contain_text("Saved, not live yet")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_many_are_deleted_and_come_back_while_one_watches(tab, scripts):
    """More than are done at once: the rest is the worker's, while the page counts.

    One of them is saved by Bob meanwhile.
    """
    chosen = [save(f"ops/{n:03}.md", f"# Runbook {n}\n") for n in range(230)]
    seen = ",".join(f"{each.pk}:1" for each in chosen)
    with tab(PHONE, scripts=scripts) as page:
        page.goto(f"{LIST}{chosen[0].pk}/delete/")
        page.locator("input[name=seen]").evaluate("(field, seen) => field.value = seen", seen)
        page.get_by_role("button", name="Delete 1 document").click()
        expect(page.locator("#work-count")).to_have_text("200 / 230")
        assert fits(page)
        save("ops/229.md", "# Bob's\n")
        tasks.go_on()
        expect(page.get_by_text("229 documents are deleted.")).to_be_visible()
        expect(page.get_by_role("alert")).to_contain_text("saved by bob")
        assert fits(page)

        page.get_by_role("link", name="Undo").click()
        expect(page.get_by_text("and 129 more")).to_be_visible()
        page.get_by_role("button", name="Bring back 229 documents").click()
        expect(page.locator("#work-count")).to_have_text("200 / 229")
        tasks.go_on()
        expect(page.get_by_text("229 documents are back.")).to_be_visible()
        assert fits(page)
    assert revisions.get("ops/000.md").saved_by == "alice"
