"""An editor's browser: Chromium, signed in, on a desktop or a phone."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from tests.chat.conftest import CHROMIUM, FLAGS

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}

Tabs = Callable[..., AbstractContextManager[Page]]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@contextmanager
def tabs(address: str, session: str) -> Iterator[Tabs]:
    """Opens tabs in that session; an error in any of them fails the test."""
    cookie = {"name": "sessionid", "value": session, "url": address}
    complaints: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        # An answer of status 4xx is one that a test asked for.
        if said.type == "error" and "Failed to load resource" not in said.text:
            complaints.append(said.text)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)

        @contextmanager
        def opened(viewport: dict[str, int], *, scripts: bool = True) -> Iterator[Page]:
            context = browser.new_context(
                base_url=address, viewport=viewport, java_script_enabled=scripts
            )
            context.add_cookies([cookie])
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", heard)
            yield page
            context.close()

        yield opened
        browser.close()
    assert complaints == []
