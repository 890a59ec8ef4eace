"""History, restore, conflict and undo in a real browser: on a phone, and without JavaScript."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from knowledge import conflicts, revisions
from knowledge.sync import reconcile_folder
from tests.knowledge.browsing import DESKTOP, PHONE, fits

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("folder"),
]

STEPS = "".join(f"- step {n}\n" for n in range(20))


def save(path: str, body: str, actor: str = "bob"):
    return revisions.save(path, body, actor=actor, door="api").revision


def test_any_two_are_compared_and_one_restored_without_javascript(tab):
    for word in ("one", "two", "three"):
        document = save("a.md", f"# A\n\nThere is {word}.\n\n{STEPS}").document
    with tab(DESKTOP, scripts=False) as page:
        page.goto(reverse("admin:knowledge_document_history", args=[document.pk]))
        expect(page.get_by_role("heading", name="From revision 2 to 3")).to_be_visible()
        page.get_by_label("From revision 1").check()
        page.get_by_role("button", name="Compare the two chosen").click()
        expect(page.get_by_role("heading", name="From revision 1 to 3")).to_be_visible()
        old, new = page.locator("del", has_text="one"), page.locator("ins", has_text="three")
        assert old.bounding_box()["y"] == new.bounding_box()["y"], "side by side"
        expect(page.get_by_text("- step 15").first).to_be_hidden()
        page.locator("summary", has_text="unchanged lines").click()
        expect(page.get_by_text("- step 15").first).to_be_visible()

        page.get_by_role("link", name="Restore revision 1").click()
        save("a.md", "# A\n\nThere is four.\n", actor="carol")
        page.get_by_role("button", name="Restore revision 1").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was restored.")
        expect(page.get_by_role("alert")).to_contain_text("carol")
        page.get_by_role("button", name="Restore revision 1").click()
        expect(page.get_by_text("Revision 1 is restored, as revision 5.")).to_be_visible()
    assert revisions.get("a.md").body == f"# A\n\nThere is one.\n\n{STEPS}"


def test_on_a_phone_the_two_texts_are_one_column(tab):
    save("a.md", "# A\n\nThere is one.\n")
    document = save("a.md", "# A\n\nThere is two.\n").document
    with tab(PHONE) as page:
        page.goto(reverse("admin:knowledge_document_history", args=[document.pk]))
        assert fits(page)
        old, new = page.locator("del", has_text="one"), page.locator("ins", has_text="two")
        assert old.bounding_box()["y"] < new.bounding_box()["y"]
        expect(page.locator(".words", has_text="# A").last).to_be_visible()
        assert page.locator(".knowledge-old[aria-hidden]").first.is_hidden(), "said once"


def test_a_conflict_is_merged_by_hand_on_a_phone(tab, folder):
    base = "# Gate\n\nIt opens at six.\n\nAsk the porter.\n\nIt is upstairs.\n"
    save("gate.md", base)
    reconcile_folder()
    typed = base.replace("six", "five").replace("upstairs", "downstairs")
    (folder / "gate.md").write_text(typed)
    save("gate.md", base.replace("six", "seven").replace("porter", "guard"))
    assert reconcile_folder().conflicts == 1
    with tab(PHONE) as page:
        page.goto(reverse("admin:knowledge_conflicts"))
        assert fits(page)
        page.get_by_role("link", name="Decide on gate.md").click()
        assert fits(page)
        save_it = page.get_by_role("button", name="Save the merged text")
        save_it.click()
        expect(page.get_by_role("alert")).to_contain_text("line 3 is a conflict mark still")
        field = page.get_by_label("Merged text, in Markdown")
        lines = field.input_value().split("\n")
        kept = [line for n, line in enumerate(lines) if n not in (2, 4, 5, 6)]
        field.fill("\n".join(kept))
        save_it.click()
        expect(page.get_by_text("the merged text is the current one")).to_be_visible()
        expect(page.get_by_text("No conflict waits.")).to_be_visible()
    merged = "# Gate\n\nIt opens at seven.\n\nAsk the guard.\n\nIt is downstairs.\n"
    assert revisions.get("gate.md").body == merged
    assert not conflicts.open_ones()
    reconcile_folder()
    assert (folder / "gate.md").read_text() == merged


def test_what_was_deleted_by_one_click_comes_back_by_another(tab):
    for name in "abc":
        save(f"{name}.md", f"# {name}\n")
    with tab(PHONE, scripts=False) as page:
        page.goto(
            reverse("admin:knowledge_document_delete", args=[save("a.md", "# a\n").document_id])
        )
        page.get_by_role("button", name="Delete 1 document").click()
        page.get_by_role("link", name="Undo").click()
        expect(page.get_by_text("a.md · deleted by alice (admin)")).to_be_visible()
        assert fits(page)
        page.get_by_role("button", name="Bring back 1 document").click()
        expect(page.get_by_text("a.md is back.")).to_be_visible()
    assert revisions.live().count() == 3
