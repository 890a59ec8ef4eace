"""A real server on a loopback port (Django's pages and the stand-in API), and Chromium."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from routing import pointer
from routing.pointer import Pointer
from tests.chat.site import Site

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("chat")
    pointer.write(data, Pointer(epoch=1, slot="v2", version=42))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        descriptor = listener.fileno()
        command = [sys.executable, "-m", "uvicorn", "tests.chat.stand_in:app", "--fd",
                   str(descriptor), "--log-level", "warning", "--lifespan", "off"]  # fmt: skip
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = {"DATA_DIR": str(data), "BACKEND_URL_V1": address, "BACKEND_URL_V2": address}
        server = subprocess.Popen(
            command, pass_fds=[descriptor], env={**os.environ, **settings, "DOTENV": os.devnull}
        )
    with httpx.Client(base_url=address, timeout=30) as client:
        try:
            yield Site(client)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=10)


# One browser a module: Playwright's loop runs in this thread, which async tests elsewhere refuse.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"There is no {CHROMIUM} to drive.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A fresh tab; whatever the console complains of fails the test."""
    with tab(browser, site) as page:
        yield page


@contextmanager
def tab(browser: Browser, site: Site) -> Iterator[Page]:
    site.reset()
    context = browser.new_context(
        base_url=site.address, locale="en-GB", timezone_id="UTC", reduced_motion="reduce",
        viewport={"width": 900, "height": 700}, permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(5000)
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        expected = "Failed to load resource" in message.text  # a refusal that the test asked for
        if message.type in ("error", "warning") and not expected:
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []
