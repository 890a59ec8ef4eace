"""The chat page on the real system; A4: no script of a document or a question is ever executed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.chat.conftest import CHROMIUM, FLAGS
from tests.chat.scripts import PAYLOADS
from tests.system import System

pytestmark = pytest.mark.browser

PATH = "ops/x'<img src=x onerror=window.hacked=1>.md"
QUESTION = "When is the Quagmire ledger balanced?"
SAID = "The Quagmire ledger is balanced each Friday at 17:40."
UNKNOWN = "Which orders database does the Saltmarsh lamplighter paint?"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"There is no {CHROMIUM} to drive.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, system: System) -> Iterator[Page]:
    """A fresh tab; a policy that was violated fails the test, as any complaint of the console."""
    with browser.new_context(base_url=system.url, locale="en-GB") as context:
        page = context.new_page()
        complaints: list[str] = []

        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                complaints.append(message.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        assert complaints == []


@pytest.fixture
def hostile(system: System) -> Iterator[None]:
    payloads = "\n\n".join(PAYLOADS)
    headings = f"# Quagmire {PAYLOADS[1]}\n\n## Ledger {PAYLOADS[4]}\n\n"
    front = "---\ntitle: Quagmire <svg onload=window.hacked=1>\n---\n"
    system.write(PATH, f"{front}{headings}{SAID}\n\n{payloads}\n")
    system.in_sync()
    yield
    system.remove(PATH)
    system.in_sync()


def ask(page: Page, question: str, state: str) -> None:
    page.fill("#question", question)
    page.press("#question", "Enter")
    expect(page.locator(f".exchange[data-state={state}]").last).to_be_visible(timeout=20_000)


def test_markup_is_inert(system: System, page: Page, hostile: None) -> None:
    """Payloads in a document's name, title, headings and text, and in what is asked."""
    page.goto("/")
    ask(page, QUESTION, "answered")
    expect(page.locator(".answer")).to_contain_text("each Friday at 17:40")
    address = str(page.locator(".answer a.chip").first.get_attribute("href"))
    page.locator(".answer a.chip").first.click()
    expect(page.locator(".panel mark").first).to_contain_text("The Quagmire ledger")
    page.click("#panel-close")
    for payload in PAYLOADS:
        page.fill("#question", payload)
        page.press("#question", "Enter")
        expect(page.locator("#send")).to_have_text("Ask")
    assert page.evaluate("window.hacked") is None
    page.goto(address)
    expect(page.locator("#passage")).to_contain_text("The Quagmire ledger")
    assert page.evaluate("window.hacked") is None
    assert page.locator("main :is(script, img, svg, iframe, form, [onmouseover])").count() == 0


def test_a_passage_opens_without_javascript(system: System, page: Page, browser: Browser) -> None:
    page.goto("/")
    ask(page, "When do backups of the orders database start?", "answered")
    address = str(page.locator(".answer a.chip").first.get_attribute("href"))

    with browser.new_context(base_url=system.url, java_script_enabled=False) as context:
        plain = context.new_page()
        plain.goto(address)
        expect(plain.locator("#passage")).to_contain_text("start at 02:15")
        expect(plain.locator(".source-facts")).to_contain_text("ops/backups.md · revision 1")


def test_what_is_not_answered_shows_what_is_near_and_is_reported(
    system: System, page: Page
) -> None:
    told = system.ask(UNKNOWN)
    assert told["answered"] is False
    assert 0 <= told["confidence"] <= 1
    page.goto("/")
    ask(page, UNKNOWN, "abstained")
    titles = page.locator(".source-title")
    expect(titles).to_have_text([near["title"] for near in told["nearest"]])
    page.get_by_role("button", name="Report this gap").click()
    expect(page.locator(".gap")).to_have_text("The gap is reported. Thank you.")
