"""Asking, in a real browser: what comes in which order, and how each question ends."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.chat import scripts
from tests.chat.site import Site

pytestmark = pytest.mark.browser

QUESTION = "How do I restart the database?"


def ask(page: Page, question: str) -> None:
    page.goto("/")
    page.fill("#question", question)
    page.click("#send")


def ended(page: Page, state: str) -> Any:
    exchange = page.locator(f".exchange[data-state={state}]").last
    expect(exchange).to_be_visible()
    return exchange


def test_it_shows_what_was_found_before_any_word_of_the_answer(page: Page, site: Site):
    ask(page, f"step {QUESTION}")
    expect(page.locator(".progress")).to_have_text("Searching the documents…")

    site.step()
    expect(page.locator(".found")).to_contain_text("Restarting the database")
    expect(page.locator(".answer")).to_be_empty()
    expect(page.locator(".progress")).to_have_text("Found 3 passages")

    site.step(2)
    expect(page.locator(".answer")).to_have_text("The primary")
    expect(page.locator(".facts")).to_have_count(0)


def test_it_ends_with_the_sources_and_the_version(page: Page, site: Site):
    ask(page, QUESTION)
    exchange = ended(page, "answered")

    expect(exchange.locator("h3.label")).to_have_text("Sources (3)")
    expect(exchange.locator(".facts p")).to_contain_text("Answered from #42")
    expect(exchange.locator(".answer a.chip")).to_have_text(["1", "2", "3", "2"])
    expect(page.locator("[role=log]")).to_contain_text("The primary holds every order.")


def test_it_puts_the_question_on_top_and_then_never_scrolls(page: Page, site: Site):
    ask(page, "long")
    ended(page, "answered")
    top = page.locator(".question").bounding_box()

    assert top is not None
    assert 80 < top["y"] < 160
    assert page.evaluate("document.documentElement.scrollHeight > 2 * innerHeight")


def test_it_keeps_what_had_come_when_stopped(page: Page, site: Site):
    ask(page, f"step {QUESTION}")
    site.step(3)
    expect(page.locator(".answer")).to_have_text("The primary")
    page.get_by_role("button", name="Stop").click()
    exchange = ended(page, "stopped")

    expect(exchange).to_contain_text("You stopped this answer. It is incomplete.")
    expect(exchange.locator(".answer")).to_have_text("The primary")
    expect(exchange.get_by_role("button", name="Ask again")).to_be_visible()
    expect(page.locator("#send")).to_have_text("Ask")
    expect_left(page, site)


def expect_left(page: Page, site: Site) -> None:
    """The server is told that nobody reads on."""
    for _ in range(50):
        if site.left() == 1:
            return
        site.step()
        page.wait_for_timeout(20)
    raise AssertionError("The stream was never left.")


def test_it_abstains_in_neutral_words_with_the_closest_passages(page: Page, site: Site):
    ask(page, "unknown")
    exchange = ended(page, "abstained")

    expect(exchange.locator(".abstention")).to_have_text("The documents do not answer this.")
    expect(exchange.locator("h3.label")).to_have_text("Closest passages")
    expect(exchange.locator(".source-title")).to_have_text(
        ["Restarting the database", "Coupure du réseau"]
    )
    expect(exchange.locator(".source-age")).to_have_text([
        "revision 3", "revision 3 · To be reviewed by December 31, 2099 · Owner: Storage team"
    ])  # fmt: skip
    expect(exchange.locator("[role=alert]")).to_have_count(0)


@pytest.mark.parametrize(("question", "code"), [("fail", "backend_lost"), ("cut", "backend_lost"),
                                                ("refuse", "generator_failed")])  # fmt: skip
def test_it_keeps_the_question_when_no_answer_comes(page: Page, site: Site, question, code):
    ask(page, question)
    exchange = ended(page, "failed")
    alert = exchange.get_by_role("alert")

    expect(alert).to_contain_text("The answer could not be produced. Your question is kept.")
    expect(alert).to_contain_text(code)
    expect(exchange.locator(".question")).to_have_text(question)
    expect(exchange.locator(".facts")).to_have_count(0)


def test_it_asks_again_on_retry(page: Page, site: Site):
    ask(page, "refuse")
    ended(page, "failed").get_by_role("button", name="Retry").click()
    expect(page.locator(".exchange")).to_have_count(1)
    ended(page, "failed")

    assert [each["question"] for each in site.asked()] == ["refuse", "refuse"]


def test_it_leads_to_the_login_and_back_to_the_question(page: Page, site: Site):
    ask(page, "stranger")
    alert = ended(page, "failed").get_by_role("alert")
    expect(alert).to_contain_text("Sign in to ask.")
    assert len(site.asked()) == 1  # without a session there was no new pass to ask again with

    alert.get_by_role("link", name="Sign in").click()
    expect(page.get_by_label("Username")).to_be_focused()
    expect(page.locator("[name=next]")).to_have_value("/ask?q=stranger")


def test_it_counts_down_when_there_were_too_many_questions(page: Page, site: Site):
    ask(page, "limit")

    expect(page.locator("[data-kind=limited]")).to_contain_text("You can ask again in")
    expect(page.locator("#send")).to_be_disabled()
    expect(page.locator("#question")).to_have_value("limit")
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator("[data-kind=limited]")).to_have_count(0)
    assert len(site.asked()) == 1


def test_it_sends_on_enter_but_not_while_composing(page: Page, site: Site):
    page.goto("/")
    page.fill("#question", QUESTION)
    page.dispatch_event(
        "#question", "keydown", {"key": "Enter", "isComposing": True, "bubbles": True}
    )
    page.dispatch_event("#question", "keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    page.press("#question", "Shift+Enter")
    assert site.asked() == []
    expect(page.locator("#question")).to_have_value(f"{QUESTION}\n")

    page.press("#question", "Enter")
    ended(page, "answered")
    assert [each["question"] for each in site.asked()] == [QUESTION]


def test_it_sends_nothing_for_the_address_alone(page: Page, site: Site):
    page.goto("/ask?q=How+do+I+restart%3F")

    expect(page.locator("#question")).to_have_value("How do I restart?")
    expect(page.locator(".suggestion").first).to_be_visible()
    assert site.asked() == []


def test_it_refuses_a_question_that_is_too_long(page: Page, site: Site):
    page.goto("/")
    page.fill("#question", "é" * 4001)

    expect(page.locator("#send")).to_be_disabled()
    expect(page.locator("#question-hint")).to_contain_text("4,001 characters")
    page.fill("#question", "é" * 4000)
    expect(page.locator("#send")).to_be_enabled()


def test_it_remembers_the_conversation_over_a_reload(page: Page, site: Site):
    ask(page, QUESTION)
    ended(page, "answered")
    page.reload()
    ended(page, "answered")
    page.fill("#question", "history")
    page.press("#question", "Enter")

    expect(page.locator(".answer").last).to_contain_text("I was told 2 texts.")
    history = site.asked()[-1]["history"]
    assert [each["role"] for each in history] == ["user", "assistant"]
    assert history[0]["text"] == QUESTION


def test_it_says_that_another_version_is_live_and_rewrites_nothing(page: Page, site: Site):
    ask(page, QUESTION)
    ended(page, "answered")
    site.serve(scripts.health(43))
    page.evaluate("dispatchEvent(new Event('online'))")
    notice = page.locator("[data-kind=changed]")

    expect(notice).to_contain_text("Version #43 is now live. This answer came from #42.")
    expect(page.locator(".facts p")).to_contain_text("#42")
    notice.get_by_role("button", name="Ask again on #43").click()
    expect(page.locator(".facts p")).to_contain_text(["#42", "#43"])


def test_it_copies_commands_without_prompt_and_output(page: Page, site: Site):
    ask(page, QUESTION)
    exchange = ended(page, "answered")
    exchange.get_by_role("button", name="Copy this command").click()

    expect(page.locator("[role=status]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "pg_ctl restart \\\n    --mode fast\npg_isready"
    expect(exchange.locator(".provenance")).to_contain_text("Word for word from source 2")


def test_it_warns_of_a_command_that_no_source_holds(page: Page, site: Site):
    ask(page, "unsaid")
    exchange = ended(page, "answered")

    expect(exchange.locator(".provenance.warning")).to_contain_text("Not word for word")
    expect(exchange.locator("a.chip")).to_have_text(["1"])  # [9] names no source


def test_it_says_what_to_do_before_the_first_version_and_wakes_up(page: Page, site: Site):
    site.serve(scripts.NO_VERSION)
    page.goto("/")
    expect(page.locator("h1")).to_have_text("There is nothing to answer from yet.")
    expect(page.get_by_role("link", name="Add a document")).to_be_visible()
    expect(page.locator("#status")).to_have_text("No version is served yet")

    site.serve(scripts.health(1, documents=1))
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("h1")).to_have_text("Ask the one document of this knowledge base.")
    expect(page.locator(".suggestion")).to_have_count(3)


def test_it_names_the_fallback_while_that_is_what_answers(page: Page, site: Site):
    health = scripts.health(42)
    health["status"] = "degraded"
    health["slots"] = {"v1": {"state": "fallback", "version": 41},
                       "v2": {"state": "unreachable", "version": None}}  # fmt: skip
    site.serve({**health, "code": "backend_unavailable", "detail": "v2 is away."})
    page.goto("/")

    expect(page.locator("#status")).to_have_text(
        "Serving #41 · backend v1 · Degraded · In sync · Automatic"
    )


def test_the_strip_tells_what_is_not_live_yet_and_nothing_that_is_not_known(page: Page, site: Site):
    page.goto("/")
    expect(page.locator("#status")).to_contain_text(" · In sync · Automatic")

    site.serve({**scripts.health(42), "sync": {"in_sync": False, "edits": 3, "mode": "held"}})
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#status")).to_contain_text(" · 3 edits not live yet · Updates are paused")

    unknown = scripts.health(42)
    del unknown["sync"]
    site.serve(unknown)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#status")).not_to_contain_text("edits")
    expect(page.locator("#status")).to_contain_text("Serving #42 · backend v2 · since")


def test_it_goes_grey_rather_than_stay_green_when_the_status_is_unknown(page: Page, site: Site):
    page.goto("/")
    expect(page.locator("#status")).to_contain_text("Serving #42 · backend v2 · since")
    page.fill("#question", "a draft")
    page.context.set_offline(True)

    expect(page.locator("#status")).to_contain_text("Status unknown since")
    expect(page.locator("[data-kind=offline]")).to_contain_text("You are offline.")
    expect(page.locator("#question")).to_have_value("a draft")
    page.context.set_offline(False)
    expect(page.locator("#status")).to_contain_text("Serving #42")
    expect(page.locator("[data-kind=offline]")).to_have_count(0)


def test_it_never_runs_what_an_answer_a_quote_or_a_question_holds(page: Page, site: Site):
    ask(
        page, "hostile: <img src=x onerror='window.hacked = 10'><script>window.hacked = 11</script>"
    )
    exchange = ended(page, "answered")
    exchange.locator("a.chip").first.click()
    expect(page.locator(".panel mark").first).to_be_visible()

    assert page.evaluate("window.hacked") is None
    assert page.locator("main :is(img, b, script)").count() == 0
    assert page.locator(".panel :is(img, script, [onmouseover])").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    page.reload()
    ended(page, "answered")
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("question", [QUESTION, "unknown", "refuse", "hostile"])
def test_it_never_scrolls_sideways_on_a_narrow_phone(page: Page, site: Site, question):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/?lang=fr")
    page.fill("#question", f"{question}")
    page.click("#send")
    expect(page.locator(".end > *").first).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    small = page.evaluate(
        "[...document.querySelectorAll('button, a, textarea')]"
        ".map((each) => [each.outerHTML, each.getBoundingClientRect()])"
        ".filter(([, box]) => box.width > 1 && Math.min(box.width, box.height) < 24)"
        ".map(([html]) => html)"
    )
    assert small == [], json.dumps(small, indent=1)


def test_it_shows_the_page_whole_in_french(page: Page, site: Site):
    page.goto("/?lang=fr")
    page.fill("#question", "french")
    page.click("#send")
    exchange = ended(page, "answered")

    expect(exchange.locator(".facts p")).to_contain_text("Réponse de la version 42")
    expect(exchange.locator(".answer")).to_have_attribute("lang", "fr")
    expect(page.locator("#status")).to_contain_text("En service\u00a0: version 42")


def test_it_keeps_the_theme_that_was_chosen(page: Page, site: Site):
    page.goto("/")
    page.get_by_role("button", name="Dark theme").click()
    page.reload()

    expect(page.get_by_role("button", name="Dark theme")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 21, 23)"
