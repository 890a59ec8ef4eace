"""What is said of an answer: by its reader, and by the page itself where it is to be doubted."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.chat.site import Site

pytestmark = pytest.mark.browser

QUESTION = "How do I restart the database?"


def asked(page: Page, question: str = QUESTION, *, language: str = "en") -> Locator:
    page.goto(f"/?lang={language}")
    page.fill("#question", question)
    page.click("#send")
    exchange = page.locator(".exchange:is([data-state=answered], [data-state=abstained])").last
    expect(exchange).to_be_visible()
    return exchange


def test_one_click_says_that_it_helped(page: Page, site: Site):
    exchange = asked(page)
    exchange.get_by_role("button", name="Helpful", exact=True).click()

    expect(exchange.locator(".votes")).to_have_text("Noted as helpful. Thank you.")
    assert site.feedback() == [
        {"question": QUESTION, "version": 42, "kind": "helpful", "comment": ""}
    ]
    page.reload()
    expect(page.locator(".votes")).to_have_text("Noted as helpful. Thank you.")


def test_what_did_not_help_may_have_a_word(page: Page, site: Site):
    exchange = asked(page)
    exchange.get_by_role("button", name="Not helpful").click()
    expect(exchange.get_by_label("What was wrong or missing?")).to_be_focused()
    page.keyboard.press("Escape")
    expect(exchange.get_by_role("button", name="Helpful", exact=True)).to_be_focused()
    assert site.feedback() == []  # it was taken back

    exchange.get_by_role("button", name="Not helpful").click()
    page.keyboard.type("the lag is in seconds")
    page.keyboard.press("Enter")
    expect(exchange.locator(".said")).to_be_focused()
    given = [(each["kind"], each["comment"]) for each in site.feedback()]
    assert given == [("unhelpful", "the lag is in seconds")]


def test_what_could_not_be_noted_is_told_and_kept(page: Page, site: Site):
    exchange = asked(page)
    exchange.get_by_role("button", name="Not helpful").click()
    page.keyboard.type("refuse this")
    page.keyboard.press("Enter")
    expect(exchange.get_by_role("alert")).to_contain_text("could not be noted")
    expect(exchange.get_by_label("What was wrong or missing?")).to_have_value("refuse this")

    exchange.get_by_role("button", name="Send").click()
    expect(exchange.locator(".votes")).to_have_text("Noted as not helpful. Thank you.")
    assert len(site.feedback()) == 2


def test_there_are_no_votes_before_the_answer_is_whole(page: Page, site: Site):
    page.goto("/")
    page.fill("#question", f"step {QUESTION}")
    page.click("#send")
    site.step(3)
    expect(page.locator(".answer")).to_have_text("The primary")

    assert page.get_by_role("button", name="Helpful").count() == 0


@pytest.mark.parametrize(("question", "cards"), [("unknown", 2), ("nothing near", 0)])
def test_a_gap_is_reported_by_one_click(page: Page, site: Site, question, cards):
    exchange = asked(page, question, language="fr")
    expect(exchange.locator(".source")).to_have_count(cards)
    expect(exchange.get_by_role("button", name="Pas utile")).to_have_count(0)

    exchange.get_by_role("button", name="Signaler ce manque").click()
    expect(exchange.locator(".gap")).to_have_text("Le manque est signalé. Merci.")
    assert [each["kind"] for each in site.feedback()] == ["gap"]


def test_it_says_plainly_who_answered_in_the_generators_place(page: Page, site: Site):
    exchange = asked(page, "fallback")

    expect(exchange.locator(".reservation")).to_have_text(
        "gemini:some-model did not answer, so this answer is made of the documents' own sentences."
    )


def test_it_marks_the_sentence_that_its_citation_does_not_hold(page: Page, site: Site):
    exchange = asked(page, "unsupported")

    marked = "".join(exchange.locator("mark.unsupported").all_text_contents())
    assert marked.strip() == "Every restart takes ten seconds."
    expect(exchange.locator(".reservation")).to_contain_text("One sentence is underlined")
    expect(exchange.locator(".facts")).to_contain_text("gemini:some-model")


def test_it_tells_as_what_a_misspelt_word_was_read(page: Page, site: Site):
    expect(asked(page, "misspelt").locator(".read-as")).to_have_text(
        "Read “kubernets” as “kubernetes”."
    )


def test_it_doubts_an_answer_of_little_confidence(page: Page, site: Site):
    expect(asked(page, "doubtful").locator(".reservation")).to_contain_text("may not answer this")
    expect(asked(page, QUESTION).locator(".reservation")).to_have_count(0)
