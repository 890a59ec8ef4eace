"""A4 markup_is_inert: no script of a document, a question or an answer is ever executed.

Each payload sets `window.hacked` if it runs, and stands wherever the API's words reach the page.
The console is listened to: an attempt that only the policy stopped would be told there.
"""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.chat.scripts import PAYLOADS
from tests.chat.site import Site

pytestmark = pytest.mark.browser

MADE = (
    "script, img, iframe, object, embed, video, base, meta, form[action]:not(#composer), "
    "svg:not(button svg), [onclick], [onerror], [onload], [onmouseover], [ontoggle], [srcdoc], "
    "[style]:not(#question), a[href^='javascript' i], a[href^='data' i]"
)


def assert_nothing_ran(page: Page) -> None:
    assert page.evaluate("window.hacked") is None
    made = page.locator("main, .panel").locator(MADE)
    assert made.evaluate_all("(all) => all.map((each) => each.outerHTML)") == []


def touch(place: Locator) -> None:
    """What only runs when it is touched is touched."""
    place.evaluate(
        """(place) => ["mouseover", "toggle", "error", "load"].forEach((name) =>
          place.querySelectorAll("*").forEach((each) => each.dispatchEvent(new Event(name))))"""
    )


@pytest.mark.parametrize("where", ["answered", "abstained", "generated"])
def test_answers_are_inert(page: Page, site: Site, where):
    page.goto("/")
    state = "abstained" if where == "abstained" else "answered"
    ended = page.locator(f".exchange[data-state={state}]")
    for number, payload in enumerate(PAYLOADS, 1):
        page.fill("#question", f"inert {where} {number - 1}: {payload}")
        page.press("#question", "Enter")
        expect(ended).to_have_count(number)
        ended.last.locator(".source-title").click()
        expect(page.locator("#panel-body .source-facts")).to_contain_text(f"inert-{number - 1}.md")
        page.keyboard.press("Escape")
        touch(ended.last)
    assert_nothing_ran(page)

    page.reload()
    expect(ended).to_have_count(len(PAYLOADS))
    page.click("#clear")
    expect(page.locator("#earlier .suggestion")).to_contain_text("inert")
    assert_nothing_ran(page)


def test_documents_and_addresses_are_inert(page: Page, site: Site):
    for number, payload in enumerate(PAYLOADS):
        for path, query in (
            (f"/source/inert-{number}.md", {"version": "42", "quote": payload, "section": payload}),
            (f"/source/inert-{number}.md", {"version": "7", "quote": payload, "until": payload}),
            ("/ask", {"q": payload, "lang": payload, "version": payload}),
        ):
            page.goto(f"{path}?{urlencode(query)}")
            touch(page.locator("main"))
            assert_nothing_ran(page)
