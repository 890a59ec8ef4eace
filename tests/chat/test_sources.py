"""The source panel and the page of a source, in a real browser: each chip opens its own passage."""

import pytest
from playwright.sync_api import Page, expect

from tests.chat import scripts
from tests.chat.site import Site

pytestmark = pytest.mark.browser

MARKED = "[...document.querySelectorAll('mark')].map((each) => each.textContent).join('')"


def answered(page: Page, question: str = "How do I restart the database?") -> None:
    page.goto("/")
    page.fill("#question", question)
    page.click("#send")
    expect(page.locator(".exchange[data-state=answered]")).to_be_visible()


@pytest.mark.parametrize(("chip", "passage"), [
    (0, "The primary holds every order. Restart it only when a failover did not help."),
    (2, "Then wait until the lag is back under five seconds, and close the incident."),
])  # fmt: skip
def test_it_marks_the_very_passage_of_the_chip(page: Page, site: Site, chip, passage):
    answered(page)
    page.locator(".answer a.chip").nth(chip).click()
    expect(page.locator(".panel mark").first).to_be_in_viewport()

    assert page.evaluate(MARKED) == passage
    expect(page.locator(".source-facts")).to_contain_text("ops/database.md · revision 3 · #42")


def test_it_marks_a_passage_that_holds_a_command(page: Page, site: Site):
    answered(page)
    page.locator(".answer a.chip").nth(1).click()
    expect(page.locator(".panel pre mark").first).to_be_visible()

    marked = page.evaluate(MARKED)
    assert marked.startswith("Run this on the primary, as the user postgres:")
    assert "$ pg_ctl restart" in marked
    assert "Then wait" not in marked


@pytest.mark.parametrize("width", [1280, 390])
def test_it_gives_the_focus_back_to_the_chip_on_escape(page: Page, site: Site, width):
    page.set_viewport_size({"width": width, "height": 700})
    answered(page)
    chip = page.locator(".answer a.chip").nth(2)
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("#panel")).to_be_hidden()
    expect(chip).to_be_focused()


def test_a_finger_finds_a_chip(page: Page, site: Site):
    page.set_viewport_size({"width": 390, "height": 700})
    answered(page)
    chip = page.locator(".answer a.chip").first
    chip.scroll_into_view_if_needed()
    box = chip.bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for across, down in ((-20, 0), (20, 0), (0, -20), (0, 20)):
        assert page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y).matches('.answer a.chip')",
            [middle[0] + across, middle[1] + down],
        ), (across, down)


def test_it_opens_beside_the_answer_and_leaves_its_scrolling_alone(page: Page, site: Site):
    page.set_viewport_size({"width": 1280, "height": 700})
    answered(page)
    page.locator(".source-title").last.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    page.locator(".source-title").last.click()
    expect(page.locator(".panel mark").first).to_be_in_viewport()

    panel, column = page.locator("#panel").bounding_box(), page.locator("main").bounding_box()
    assert panel is not None
    assert column is not None
    assert panel["width"] == 400
    assert column["x"] + column["width"] <= panel["x"]
    assert abs(page.evaluate("scrollY") - before) < 2


def test_it_has_a_link_that_marks_the_passage_on_a_page_of_its_own(page: Page, site: Site):
    answered(page)
    address = page.locator(".answer a.chip").nth(2).get_attribute("href")
    assert address is not None
    assert "version=42&revision=3" in address
    page.goto(address)

    expect(page.locator("h1")).to_have_text("database")
    expect(page.locator("mark").first).to_be_in_viewport()
    assert page.evaluate(MARKED).startswith("Then wait until the lag is back")


def test_its_link_marks_the_passage_without_javascript(page: Page, site: Site):
    answered(page)
    address = page.locator(".answer a.chip").nth(1).get_attribute("href")
    assert page.context.browser is not None
    context = page.context.browser.new_context(java_script_enabled=False, base_url=site.address)
    plain = context.new_page()
    plain.goto(str(address))

    expect(plain.locator("#passage")).to_be_in_viewport()
    expect(plain.locator("pre mark")).to_contain_text("$ pg_ctl restart")
    expect(plain.locator(".source-facts")).to_contain_text("ops/database.md · revision 3 · #42")
    context.close()


def test_it_shows_the_passage_of_a_document_that_is_gone(page: Page, site: Site):
    answered(page, "gone")
    page.locator(".answer a.chip").click()

    expect(page.locator("#panel [role=alert]")).to_contain_text("no longer in what is served")
    expect(page.locator("#panel blockquote")).to_contain_text("The primary holds every order.")


def test_it_says_so_when_the_version_is_no_longer_kept(page: Page, site: Site):
    page.goto("/source/ops/database.md?version=7&revision=2&quote=The+primary")

    expect(page.locator("[role=alert]")).to_contain_text("Version #7 is no longer kept.")
    expect(page.locator("blockquote")).to_have_text("The primary")
    page.get_by_role("link", name="The document as it is served now").click()
    expect(page.locator(".source-facts")).to_contain_text("#42")


def test_it_finds_the_same_revision_where_the_version_is_no_longer_kept(page: Page, site: Site):
    page.goto("/source/ops/database.md?version=7&revision=3&quote=The+primary")

    expect(page.locator("#document-body")).to_contain_text("Version #42 holds the same revision.")
    expect(page.locator("mark")).to_have_text("The primary")


def test_it_leads_on_to_other_documents_of_the_same_version(page: Page, site: Site):
    page.goto("/source/ops/reseau.md?version=41")
    page.get_by_role("link", name="la base").click()

    expect(page.locator(".source-facts")).to_contain_text("ops/database.md · revision 3 · #41")


def test_it_says_so_when_the_passage_is_not_in_the_document(page: Page, site: Site):
    page.goto("/source/ops/database.md?version=42&quote=Nobody+wrote+this")

    expect(page.locator("[role=alert]")).to_contain_text("not word for word")
    expect(page.locator("#document-body")).to_contain_text("Before you restart")


def test_an_answer_says_that_a_source_is_overdue(page: Page, site: Site):
    site.serve(scripts.health(41))
    answered(page, "overdue")
    late = "Review was due 12 days ago · Owner: Storage team"
    expect(page.locator(".source .overdue")).to_have_text(late)

    page.locator(".answer a.chip").click()
    expect(page.locator(".panel .overdue")).to_have_text(late)


def test_a_source_says_until_when_it_may_be_trusted_in_french(page: Page, site: Site):
    page.goto("/source/ops/database.md?version=42&lang=fr")
    told = "À relire d'ici au 31 décembre 2099 · Responsable\u00a0: Storage team"
    expect(page.locator(".source-facts .review")).to_have_text(told)

    page.goto("/source/ops/database.md?version=41&lang=fr")
    expect(page.locator(".overdue")).to_contain_text("Relecture attendue depuis 12 jours")
