"""A question that nobody can answer, all the way to a probe that keeps it answered."""

import re

import pytest

from tests.polling import eventually
from tests.promises.test_operator import page as page  # a fixture

LIST = "/admin/questions/gap/"
QUESTION = "Where does the lamplighter of Saltmarsh keep the spare wicks?"
AGAIN = "Hello, where does the lamplighter of Saltmarsh keep spare wicks please"
ANSWER = "The lamplighter of Saltmarsh keeps the spare wicks in the blue chest behind the organ."


def _reported(system, kind: str, question: str, version: int) -> None:
    given = {"question": question, "version": version, "kind": kind, "comment": "We need this"}
    told = system.http.post("/api/feedback", json=given)
    assert (told.status_code, told.json()) == (202, {"status": "noted"})


def _listed(system, page):
    """The row of the gap, once the log is imported."""
    system.run_task("questions.tasks.import_questions")

    def there():
        page.goto(f"{LIST}?q=lamplighter+wicks")
        row = page.locator("#result_list tbody tr")
        assert row.count() == 1
        assert page.locator(".gap-count").all_inner_texts() == ["2", "1"]
        return row

    return eventually(there, within=40, what="both askings and the report are one gap")


def _says(page, words: str) -> None:
    def said():
        page.reload()
        return page.get_by_text(words).first.is_visible()

    eventually(said, within=40, what=words)


@pytest.mark.browser
def test_a_gap_becomes_a_document_and_a_probe(system, page):
    """Asked twice and reported, written from the list, answered, and asked by the next gate."""
    unanswered = system.ask(QUESTION)
    assert unanswered["answered"] is system.ask(AGAIN)["answered"] is False
    _reported(system, "gap", QUESTION, unanswered["version"])
    row = _listed(system, page)
    row.get_by_role("link").first.click()
    page.get_by_text("“We need this”").wait_for()
    gap = page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("button", name="Start a document").click()
    page.locator("[name=path]").wait_for()
    assert "lamplighter-saltmarsh" in page.locator("[name=path]").input_value()
    text = page.locator("[name=body]")
    assert text.input_value().startswith("# Where does the lamplighter of Saltmarsh keep")
    text.fill(f"{text.input_value()}{ANSWER}\n")
    path = page.locator("[name=path]").input_value()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved as revision 1 of").wait_for()
    try:
        _goes_on(system, page, gap, path)
    finally:
        assert system.control("DELETE", f"/api/documents/{path}").status_code == 204
        system.in_sync()


def _goes_on(system, page, gap: str, path: str) -> None:
    system.answers(QUESTION, "blue chest")
    page.goto(gap)
    system.run_task("builder.tasks.check_gaps")
    _says(page, "Answered now in #")
    page.get_by_role("button", name="Make it a blocking probe").click()
    page.get_by_text("Each version is asked this").wait_for()
    try:
        system.write("ops/wharf.md", "# Wharf\n\nThe wharf of Saltmarsh opens at dawn.\n")
        number = system.in_sync()["active"]["version"]
        report = system.control("GET", f"/api/versions/{number}").json()["gate"]
        [probes] = [check for check in report["checks"] if check["name"] == "probes"]
        [case] = [case for case in probes["cases"] if case["question"] == QUESTION]
        assert case["passed"] is True
        assert [each["document"] for each in case["answer"]["citations"]] == [path]
    finally:
        page.goto(gap)
        page.get_by_role("link", name="the probe").click()
        page.locator("#probe_form").wait_for()
        page.goto(re.sub(r"change/.*", "delete/", page.url))
        page.locator("form [type=submit]").last.click()
        page.wait_for_url("**/builder/probe/")
