"""The course's scenario, start to finish, on the real system and through its real doors."""

import re

import httpx
import pytest

from tests.system import PASSWORD


@pytest.fixture
def admin(system):
    with httpx.Client(base_url=system.url, follow_redirects=True, timeout=30) as client:
        _log_in(client)
        yield client


def _log_in(client) -> None:
    page = client.get("/admin/login/")
    response = client.post("/admin/login/?next=/admin/", data={
        "username": "admin", "password": PASSWORD, "csrfmiddlewaretoken": _csrf(page.text),
    })  # fmt: skip
    assert "/admin/logout/" in response.text


def _csrf(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def test_the_course(system, admin):
    """First answer; an edited file is answered by the other slot; admin; delete; button; resume."""
    question = "What is the on-call phrase of the Marlin team?"
    system.write(
        "course/intro.md", "# Marlin\n\nThe on-call phrase of the Marlin team is BLUE-1.\n"
    )
    first = system.answers(question, "BLUE-1")
    assert first["citations"][0]["document"] == "course/intro.md"
    system.in_sync()

    system.write(
        "course/intro.md", "# Marlin\n\nThe on-call phrase of the Marlin team is GREEN-2.\n"
    )
    second = system.answers(question, "GREEN-2")
    assert second["slot"] != first["slot"]
    assert (system.data / "active_version").read_text() == f"{second['slot']}\n"
    log = system.logged()
    assert "Detected change -> rebuilding index..." in log
    assert f"Activated {second['slot']}" in log
    system.in_sync()

    listing = admin.get("/admin/knowledge/document/?q=course/intro.md")
    link = re.search(r"/admin/knowledge/document/\d+/change/", listing.text)
    assert link, "the document is in the admin's list"
    form = admin.get(link[0])
    fields = dict(
        re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form.text)
    )
    fields |= {
        "csrfmiddlewaretoken": _csrf(form.text),
        "path": "course/intro.md",
        "body": "# Marlin\r\n\r\nThe on-call phrase of the Marlin team is AMBER-3.\r\n",
    }
    assert admin.post(link[0], data=fields).status_code == 200
    system.answers(question, "AMBER-3")
    system.in_sync()
    text = (system.knowledge / "course/intro.md").read_bytes()
    assert text == b"# Marlin\n\nThe on-call phrase of the Marlin team is AMBER-3.\n"

    system.remove("course/intro.md")
    system.in_sync()
    assert system.ask(question)["answered"] is False

    versions = admin.get("/admin/routing/deploymentversion/").text
    target = system.control("GET", "/api/activations").json()["results"][1]["version"]
    page = re.search(rf'href="([^"]+)"[^>]*>\s*Roll back to #{target}\b', versions)
    assert page, "the button that rolls back to the version before"
    confirm = admin.get(page[1])
    hidden = dict(
        re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', confirm.text)
    )
    done = admin.post(page[1], data=hidden | {
        "csrfmiddlewaretoken": _csrf(confirm.text), "reason": "bad edit", "note": "wrong file",
    })  # fmt: skip
    assert f"#{target} is live since" in done.text
    assert "AMBER-3" in system.ask(question)["answer"]
    assert system.status()["held"]

    assert system.control("POST", "/api/resume").status_code == 200
    system.in_sync()
    assert system.ask(question)["answered"] is False
