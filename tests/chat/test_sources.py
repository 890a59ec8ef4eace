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
    page.goto(address)

    expect(page.locator("h1")).to_have_text("database")
    expect(page.locator("mark").first).to_be_in_viewport()
    assert page.evaluate(MARKED).startswith("Then wait until the lag is back")


def test_it_shows_the_passage_of_a_document_that_is_gone(page: Page, site: Site):
    answered(page, "gone")
    page.locator(".answer a.chip").click()

    expect(page.locator("#panel [role=alert]")).to_contain_text("no longer in what is served")
    expect(page.locator("#panel blockquote")).to_contain_text("The primary holds every order.")


def test_it_says_so_when_the_version_is_no_longer_kept(page: Page, site: Site):
    page.goto("/source/ops/database.md?version=7#quote=The+primary")

    expect(page.locator("[role=alert]")).to_contain_text("Version #7 is no longer kept.")


def test_it_says_so_when_the_passage_is_not_in_the_document(page: Page, site: Site):
    page.goto("/source/ops/database.md?version=42#quote=Nobody+wrote+this")

    expect(page.locator("[role=alert]")).to_contain_text("not word for word")
    expect(page.locator("#document-body")).to_contain_text("Before you restart")


def test_it_never_runs_what_a_document_holds(page: Page, site: Site):
    page.goto(
        "/source/hostile.md?version=42#quote=%3Cimg+src%3Dx+onerror%3D%22window.hacked%3D12%22%3E"
    )
    expect(page.locator("#document-body")).to_contain_text("<script>window.hacked = 2</script>")

    assert page.evaluate("window.hacked") is None
    assert page.locator("#document-body :is(img, script, b)").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


def test_it_points_to_the_plain_document_without_javascript(page: Page, site: Site):
    context = page.context.browser.new_context(java_script_enabled=False, base_url=site.address)
    plain = context.new_page()
    plain.goto("/source/ops/database.md?version=42")

    link = plain.locator("noscript a, #document-body a")
    expect(link).to_have_attribute("href", "/api/sources/ops/database.md?version=42")
    context.close()


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
