"""What the browser keeps of conversations, and what becomes of them without the network."""

import pytest
from playwright.sync_api import Page, expect

from tests.chat.site import Site

pytestmark = pytest.mark.browser

QUESTION = "How do I restart the database?"
KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('conversations'))"


def ask(page: Page, question: str) -> None:
    page.fill("#question", question)
    page.click("#send")
    expect(page.locator(".exchange[data-state=answered]").last).to_be_visible()


def test_an_earlier_conversation_goes_on_in_another_tab(page: Page, site: Site):
    page.goto("/")
    expect(page.locator("#earlier")).to_be_hidden()
    ask(page, QUESTION)
    other = page.context.new_page()
    other.goto("/")
    expect(other.locator("#earlier .suggestion")).to_contain_text(QUESTION)
    other.locator("#earlier .suggestion").click()

    expect(other.locator(".question")).to_have_text(QUESTION)
    ask(other, "history")
    expect(other.locator(".answer").last).to_contain_text("I was told 2 texts.")


def test_a_new_conversation_leaves_the_one_before_in_reach(page: Page, site: Site):
    page.goto("/")
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()

    expect(page.locator(".exchange")).to_have_count(0)
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator("#earlier .suggestion")).to_have_count(1)
    ask(page, "history")
    expect(page.locator(".answer")).to_contain_text("I was told 0 texts.")


def test_earlier_conversations_are_forgotten_unless_that_is_undone(page: Page, site: Site):
    page.goto("/")
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()
    page.get_by_role("button", name="Forget").click()
    expect(page.locator("#earlier")).to_be_hidden()
    assert page.evaluate(KEPT) == []

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#earlier .suggestion")).to_contain_text(QUESTION)


def test_signing_out_forgets_them(page: Page, site: Site):
    page.goto("/")
    ask(page, QUESTION)
    assert len(page.evaluate(KEPT)) == 1

    page.goto("/login/?notice=out")
    assert page.evaluate(KEPT) == []


def test_offline_nothing_is_sent_or_lost_and_the_state_is_asked_for_first(page: Page, site: Site):
    page.goto("/")
    ask(page, QUESTION)
    page.context.set_offline(True)
    expect(page.locator("[data-kind=offline]")).to_contain_text("You are offline.")
    page.fill("#question", "a second question")
    page.press("#question", "Enter")
    expect(page.locator("[role=status]")).to_contain_text("You are offline.")
    expect(page.locator("#question")).to_have_value("a second question")
    expect(page.locator(".exchange[data-state=answered]")).to_have_count(1)

    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url.rpartition("/")[2]))
    page.context.set_offline(False)
    expect(page.locator("[data-kind=offline]")).to_have_count(0)
    expect(page.locator("[role=status]")).to_have_text("The server can be reached again.")
    assert [each["question"] for each in site.asked()] == [QUESTION]  # nothing goes by itself
    page.press("#question", "Enter")
    expect(page.locator(".exchange[data-state=answered]")).to_have_count(2)
    assert seen.index("health") < seen.index("ask")


def test_an_answer_that_the_network_cut_is_kept_as_a_question(page: Page, site: Site):
    page.goto("/")
    page.route("**/api/ask", lambda route: route.abort())
    page.fill("#question", QUESTION)
    page.click("#send")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The server could not be reached.")

    page.unroute("**/api/ask")
    alert.get_by_role("button", name="Retry").click()
    expect(page.locator(".exchange[data-state=answered]")).to_have_count(1)
