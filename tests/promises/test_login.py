"""CHAT_REQUIRES_LOGIN: a login once, and from then on questions need no database."""

import httpx

from tests.promises.conftest import QUESTIONS
from tests.promises.test_control_plane_death import left_alone
from tests.promises.test_course import _csrf
from tests.system import PASSWORD


def _asked(http: httpx.Client, **headers: str) -> httpx.Response:
    return http.post("/api/ask", json={"question": QUESTIONS[0]}, headers=headers)


def test_who_is_signed_in_asks_while_the_database_is_gone(own_system):
    """D1. As in a browser: led to the login and back, then the control plane dies."""
    system = own_system(CHAT_REQUIRES_LOGIN="1")
    token = {"Authorization": f"Bearer {system.token}"}
    with (
        httpx.Client(base_url=system.url, follow_redirects=True, timeout=30) as alice,
        httpx.Client(base_url=system.url, follow_redirects=True, timeout=30) as stranger,
    ):
        form = alice.get("/ask?q=zephyr")
        assert form.url.path == "/login/"
        page = alice.post("/login/", data={
            "username": "admin", "password": PASSWORD, "next": "/ask?q=zephyr",
            "csrfmiddlewaretoken": _csrf(form.text),
        })  # fmt: skip
        assert str(page.url).endswith("/ask?q=zephyr")
        with left_alone(system):
            assert "ORION-7" in _asked(alice).json()["answer"]
            assert "ORION-7" in _asked(stranger, **token).json()["answer"]
            assert alice.get("/").status_code == 200
            assert alice.get("/api/sources/ops/zephyr.md").headers["Cache-Control"] == "no-store"
            refused = _asked(stranger)
            assert (refused.status_code, refused.json()["code"]) == (401, "login_required")
            assert stranger.get("/").url.path == "/login/"
            assert stranger.get("/health").status_code == 200
            assert not (system.data / "db.sqlite3").exists()
            down = alice.get("/login/")
            assert (down.status_code, "does not work at this moment" in down.text) == (503, True)
            left = alice.post("/logout/", data={"csrfmiddlewaretoken": _csrf(page.text)})
            assert left.url.path == "/login/"
            assert _asked(alice).status_code == 401
            for file in system.data.glob("db.sqlite3*"):  # what the login page opened in vain
                file.unlink()
