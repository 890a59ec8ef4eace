"""K5: two editors of one document, on the running system; and an editor's day in a browser."""

import re

import httpx
import pytest

from tests.promises.test_course import _csrf, _log_in
from tests.promises.test_operator import page as page  # a fixture
from tests.system import System

LIST = "/admin/knowledge/document/"


class Editor:
    """A person at the admin's pages, in a session of their own."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        _log_in(http)

    def finds(self, path: str) -> str:
        """The address of the document's pages, up to the last part."""
        listed = self.http.get(LIST, params={"q": path}).text
        found = re.search(r"/admin/knowledge/document/\d+/", listed)
        assert found, f"{path} is in the list"
        return found[0]

    def opens(self, address: str) -> dict[str, str]:
        """What the page would post, as it was shown."""
        text = self.http.get(address).text
        form = text[text.index('method="post"') :]
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        return {**dict(hidden), "csrfmiddlewaretoken": _csrf(text)}

    def posts(self, address: str, **form: str) -> httpx.Response:
        return self.http.post(address, data=form)


@pytest.fixture
def alice(system):
    with httpx.Client(base_url=system.url, follow_redirects=True, timeout=30) as http:
        yield Editor(http)


@pytest.fixture
def bob(system):
    with httpx.Client(base_url=system.url, follow_redirects=True, timeout=30) as http:
        yield Editor(http)


def _body(system: System, path: str) -> str:
    return system.control("GET", f"/api/documents/{path}").json()["body"]


def _put(system: System, path: str, body: str, **wish: int) -> httpx.Response:
    return system.control("PUT", f"/api/documents/{path}", json={"body": body, **wish})


def test_who_saved_first_is_told(system, alice, bob):
    """K5. Both open revision n, Bob is first: Alice is told by form, delete, bulk delete and move,
    her typing stays, and nothing of Bob's goes before she has confirmed what she was shown."""
    path = "k5/shared.md"
    assert _put(system, path, "# Shared\n\nfirst\n").status_code == 201
    at = alice.finds(path)
    pages = {name: alice.opens(f"{at}{name}/") for name in ("change", "delete", "move")}
    several = alice.posts(LIST, action="delete_selected", _selected_action=at.split("/")[-2],
                          csrfmiddlewaretoken=pages["change"]["csrfmiddlewaretoken"])  # fmt: skip
    chosen = re.search(r'name="seen" value="([^"]+)"', several.text)
    assert chosen
    theirs = bob.opens(f"{at}change/")
    assert bob.posts(f"{at}change/", **theirs, body="# Shared\r\n\r\nBob's\r\n").is_success

    token = {"csrfmiddlewaretoken": pages["change"]["csrfmiddlewaretoken"]}
    told = {
        "change": alice.posts(f"{at}change/", **pages["change"], body="# Shared\r\n\r\nmine\r\n"),
        "delete": alice.posts(f"{at}delete/", **pages["delete"]),
        "move": alice.posts(f"{at}move/", **pages["move"], path="k5/moved.md"),
        "several": alice.posts(f"{LIST}delete/", **token, seen=chosen[1]),
    }
    for name, answer in told.items():
        assert "Bob&#x27;s" in answer.text, f"{name} shows what Bob wrote"
    assert "mine\r\n</textarea>" in told["change"].text.replace("\n", "\r\n").replace("\r\r", "\r")
    assert 'value="k5/moved.md"' in told["move"].text
    assert _put(system, path, "by the API", revision=1).status_code == 409
    stale = system.control("DELETE", f"/api/documents/{path}?revision=1")
    assert stale.status_code == 409, stale.text
    assert _body(system, path) == "# Shared\n\nBob's\n", "nothing of all this was done"

    again = alice.posts(f"{at}change/", **pages["change"], body="# Shared\r\n\r\nmine\r\n")
    assert _body(system, path) == "# Shared\n\nBob's\n", "the same button once more does not do it"
    confirm = re.search(r'name="replacing" value="(\d+)"', again.text)
    assert confirm
    merged = {"body": "# Shared\r\n\r\nBob's\r\nmine\r\n", "replacing": confirm[1]}
    assert alice.posts(f"{at}change/", **pages["change"], **merged).is_success
    assert _body(system, path) == "# Shared\n\nBob's\nmine\n"
    earlier = system.control("GET", f"/api/documents/{path}?revision=2").json()
    assert earlier["body"] == "# Shared\n\nBob's\n", "Bob's stays in the history"

    moving = alice.opens(f"{at}move/")
    assert alice.posts(f"{at}move/", **moving, path="k5/moved.md").is_success
    deleting = alice.opens(f"{at}delete/")
    assert alice.posts(f"{at}delete/", **deleting).is_success
    for gone in (path, "k5/moved.md"):
        assert system.control("GET", f"/api/documents/{gone}").status_code == 404


@pytest.mark.browser
def test_an_editors_day(system, page):
    """Write with a preview, save and see it live; meet another's change; leave, and come back."""
    page.set_viewport_size({"width": 1280, "height": 900})
    _write(page)
    page.locator("[data-knowledge-telling]", has_text="Live in #").wait_for(timeout=30_000)
    assert "16:40" in system.ask("When does the loom of Tarn stop?")["answer"]
    _meet_a_change(system, page)
    _leave_and_come_back(system, page)


def _write(page) -> None:
    page.goto(f"{LIST}add/")
    page.fill("[name=body]", "# Loom\n\nThe loom of Tarn stops at **16:40**.\n\n```\nls\n```\n")
    frame = page.frame_locator("[data-frame]")
    frame.locator("strong", has_text="16:40").wait_for()
    page.get_by_text("This code block names no language").wait_for()
    page.check("[data-chunks]")
    frame.locator("section header", has_text="1 · Loom").wait_for()
    page.uncheck("[data-chunks]")
    page.fill("[name=path]", "day/loom.md")
    page.keyboard.press("Control+s")
    page.get_by_text("Saved as revision 1.").wait_for()


def _meet_a_change(system, page) -> None:
    """The API saves while the form is open: it is shown, the typing stays, no habit overwrites."""
    assert _put(system, "day/loom.md", "# Loom\n\nThe loom of Tarn stops at 17:50.\n").is_success
    mine = "# Loom\n\nThe loom of Tarn rests at noon.\n"
    page.fill("[name=body]", mine)
    page.keyboard.press("Control+s")
    page.locator(".knowledge-new", has_text="17:50").first.wait_for()
    assert page.input_value("[name=body]") == mine
    page.keyboard.press("Control+s")
    assert "17:50" in _body(system, "day/loom.md")
    page.get_by_role("button", name="Save mine in place of revision 2").click()
    page.get_by_text("Saved as revision 3.").wait_for()
    assert _body(system, "day/loom.md") == mine


def _leave_and_come_back(system, page) -> None:
    """Leaving with unsaved text is warned of; who leaves is offered it back, until it is saved."""
    address = page.url
    page.locator("[name=body]").press_sequentially("typed ")
    typed = page.input_value("[name=body]")
    kept = "Object.keys(localStorage).some((key) => key.startsWith('knowledge-draft:'))"
    page.wait_for_function(kept)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Quarantine").click()
    page.wait_for_url("**/quarantine/**")
    assert asked == ["beforeunload"]

    page.goto(address)
    page.get_by_role("button", name="Restore").click()
    assert page.input_value("[name=body]") == typed
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved as revision 4 of").wait_for()
    assert asked == ["beforeunload"], "saving warns of nothing"
    assert not page.evaluate(kept)
    assert _body(system, "day/loom.md") == typed
