"""V10, and an operator's day under the manual policy, in a browser."""

import contextlib
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.polling import eventually
from tests.promises.test_course import admin as admin  # a fixture
from tests.system import PASSWORD

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
TOKEN = "control token"
LIST = "/admin/routing/deploymentversion/"


def _waiting(system, after=0) -> int:
    """The number of the version that waits, once it is above `after`."""

    def newer():
        return next((n for n in system.status()["waiting"] if n > after), None)

    return eventually(newer, within=30, what="a version waits")


def _edit(system, path: str, text: str) -> None:
    """As the holder of the control token, so that the history has somebody to name."""
    saved = system.control("PUT", f"/api/documents/{path}", json={"body": text})
    assert saved.status_code in (200, 201), saved.text


def _decide(system, path: str, **wish) -> dict:
    done = system.control("POST", path, json=wish)
    assert done.status_code == 200, done.text
    return done.json()


def test_history_is_whole(system, admin):
    """V10. Publish, roll back, reject, override, resume: each is told whole, and stays as it is."""
    earlier = system.activations()[:200]  # the newest
    _edit(system, "ops/v10.md", "# Lock\n\nThe lock of gate ten opens at 06:00.\n")
    good = system.in_sync()["active"]["version"]
    _edit(system, "ops/v10.md", "# Lock\n\nThe lock of gate ten opens at 07:00.\n")
    bad = system.in_sync()["active"]["version"]
    assert _decide(system, "/api/rollback", reason="bad edit")["version"] == good
    _edit(system, "ops/v10.md", "# Lock\n\nThe lock of gate ten opens at 08:00.\n")
    refused = _waiting(system)
    _decide(system, f"/api/versions/{refused}/reject", reason="not agreed")
    wish = {"reason": "agreed after all", "override": True}
    assert _decide(system, f"/api/versions/{refused}/activate", **wish)["kind"] == "override"
    _edit(system, "ops/v10.md", "# Lock\n\nThe lock of gate ten opens at 09:00.\n")
    last = _waiting(system, refused)
    _decide(system, "/api/resume")
    system.in_sync()

    log = system.activations()
    newer = [row for row in log if row["epoch"] > earlier[0]["epoch"]]
    told = [(row["kind"], row["previous"], row["version"], row["actor"], row["reason"])
            for row in newer]  # fmt: skip
    assert told[:3] == [
        ("resume", refused, last, TOKEN, ""),
        ("override", good, refused, TOKEN, "agreed after all"),
        ("rollback", bad, good, TOKEN, "bad edit"),
    ]
    assert ("publish", good, bad, TOKEN, "") in told
    assert log[len(newer) :][:200] == earlier, "an earlier row was rewritten"
    assert all(row["activated_at"] and row["door"] for row in log)
    for number in (good, bad, refused, last):
        version = system.control("GET", f"/api/versions/{number}").json()
        assert version["actor"] == TOKEN
        assert version["trigger"] == "api"
        assert "ops/v10.md" in version["changes"]["added"] + version["changes"]["changed"]
        assert version["created_at"] < version["built_at"]
        assert version["gate"]["checks"]
    decision = system.control("GET", f"/api/versions/{refused}").json()["decisions"][0]
    assert (decision["kind"], decision["actor"], decision["reason"]) == (
        "reject", TOKEN, "not agreed",
    )  # fmt: skip
    _nothing_rewrites(system, admin, good, log)


def _nothing_rewrites(system, admin, number: int, log: list) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        for path in (f"/api/versions/{number}", "/api/versions", "/api/activations"):
            assert system.control(method, path, json={"reason": "x"}).status_code == 405
    pages = [f"{LIST}{number}/delete/", "/admin/routing/activation/add/",
             f"/admin/routing/activation/{log[0]['epoch']}/delete/"]  # fmt: skip
    for page in pages:
        assert admin.get(page).status_code == 403, page
    exported = admin.get("/admin/routing/activation/export/").text
    assert len(exported.splitlines()) == 1 + len(log)
    assert system.activations() == log


@pytest.fixture
def page(system):
    """A tab whose console may complain of nothing."""
    if not CHROMIUM.exists():
        pytest.skip(f"There is no {CHROMIUM} to drive.")
    complaints: list[str] = []
    with (
        sync_playwright() as playwright,
        contextlib.closing(
            playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        ) as browser,
    ):
        page = browser.new_page(base_url=system.url, viewport={"width": 390, "height": 844})
        page.on("console", lambda said: _is_a_complaint(said) and complaints.append(said.text))
        page.goto("/admin/login/?next=/admin/")
        page.fill("[name=username]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/admin/")
        yield page
    assert complaints == []


def _is_a_complaint(said) -> bool:
    """That nobody answered is what a test asked for."""
    return said.type == "error" and "503" not in said.text


def _switch_policy(page, reason: str) -> None:
    page.goto(f"{LIST}policy/")
    page.fill("[name=reason]", reason)
    page.click(".kb-form button[type=submit]")


@pytest.mark.browser
def test_the_strip_of_an_open_page_tells_what_is_served_now(system, page):
    """A page that was opened before an edit, a hold and its end says each of them by itself."""
    page.goto(LIST)
    system.write("ops/strip.md", "# Strip\n\nThe strip of Arden is repainted in May.\n")
    served = system.in_sync()["active"]["version"]
    strip = page.locator(".kb-strip")
    expect(strip).to_contain_text(f"Serving #{served}", timeout=15_000)
    expect(strip).to_contain_text("In sync", timeout=15_000)
    _decide(system, "/api/rollback", reason="a look at the strip")
    expect(strip).to_contain_text("Held", timeout=15_000)
    expect(page.get_by_role("link", name="Resume")).to_be_visible()
    _decide(system, "/api/resume")
    expect(strip).to_contain_text("Automatic", timeout=15_000)
    expect(strip.get_by_role("link", name="Roll back to")).to_be_visible()
    system.in_sync()


@pytest.mark.browser
def test_the_strip_never_stays_green_while_nobody_answers(system, page):
    page.goto(LIST)
    expect(page.locator(".kb-strip")).to_contain_text("Serving")
    page.route("**/strip/**", lambda route: route.fulfill(status=503))
    expect(page.locator(".kb-strip.kb-unknown")).to_contain_text(
        "the server does not answer", timeout=20_000
    )
    page.unroute("**/strip/**")
    expect(page.locator(".kb-strip:not(.kb-unknown)")).to_contain_text("Serving", timeout=15_000)


@pytest.mark.browser
def test_an_operators_day_under_the_manual_policy(system, page):
    """An edit waits with its differences, and is activated; another is rejected, then overruled."""
    system.write("ops/day.md", "# Mill\n\nThe mill of Arden stops at 17:00.\n")
    served = system.in_sync()["active"]["version"]
    _switch_policy(page, "release week")
    try:
        _the_day(system, page, served)
    finally:
        _switch_policy(page, "the week is over")
    assert page.get_by_text("Each version that passes its checks goes live by itself").is_visible()
    assert system.in_sync()["policy"] == "auto"


def _the_day(system, page, served: int) -> None:
    question = "When does the mill of Arden stop?"
    system.write("ops/day.md", "# Mill\n\nThe mill of Arden stops at 18:30.\n")
    first = _waiting(system)
    assert "17:00" in system.ask(question)["answer"]
    page.goto(LIST)
    page.get_by_role("link", name="1 version waits").click()
    page.get_by_role("link", name=f"#{first}", exact=True).first.click()
    page.get_by_text(f"What changes for readers, after #{served}").wait_for()
    page.get_by_text("ops/day.md").first.click()
    for line in ("The mill of Arden stops at 17:00.", "The mill of Arden stops at 18:30."):
        assert page.locator(".kb-line", has_text=line).is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name=f"Activate #{first}").click()
    page.get_by_role("button", name=f"Activate #{first}").click()
    page.get_by_text(f"#{first} is live since").wait_for()
    assert "18:30" in system.ask(question)["answer"]

    system.write("ops/day.md", "# Mill\n\nThe mill of Arden stops at 19:45.\n")
    second = _waiting(system, first)
    page.goto(f"{LIST}{second}/change/")
    page.get_by_role("link", name=f"Reject #{second}").click()
    page.fill("[name=reason]", "nobody agreed to 19:45")
    page.get_by_role("button", name=f"Reject #{second}").click()
    page.get_by_text("Rejected by admin: nobody agreed to 19:45").wait_for()
    assert system.status()["waiting"] == []

    page.get_by_role("link", name=f"Activate #{second} anyway").click()
    page.fill("[name=reason]", "they agreed now")
    page.get_by_role("button", name=f"Activate #{second} anyway").click()
    page.get_by_text(f"#{second} is live since").wait_for()
    assert "19:45" in system.ask(question)["answer"]
