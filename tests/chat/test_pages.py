"""What Django serves of the chat page. No test here may touch the database, nor does the page."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client

STATIC = Path(__file__).parents[2] / "chat" / "static"


@pytest.fixture
def client() -> Client:
    return Client()


def composer(html: str) -> str:
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.DOTALL)
    assert found
    return found.group(1)


@pytest.mark.parametrize(("path", "status"), [
    ("/", 200), ("/ask", 200),
    ("/source/ops/intro.md?version=42", 503),  # nothing is served yet, and the page says so
])  # fmt: skip
def test_it_is_served_without_the_database(client, path, status):
    client.cookies["sessionid"] = "whoever-this-was"  # a session that nobody looks up

    response = client.get(path)

    assert response.status_code == status
    assert "sessionid" not in response.cookies
    assert "csrftoken" not in response.cookies


@pytest.mark.parametrize("path", ["/", "/source/a.md"])
def test_it_has_no_inline_script_style_or_handler(client, path):
    html = client.get(path).content.decode()

    for attributes, inside in re.findall(r"<script\b([^>]*)>(.*?)</script>", html, re.DOTALL):
        assert 'type="application/json"' in attributes or inside == ""
    assert "<style" not in html
    assert not re.search(r"\s(?:style|on\w+)=", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_it_sends_the_strict_content_security_policy(client):
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_it_fills_in_the_question_of_the_address(client):
    html = client.get("/ask", {"q": "What's <b>up</b>?\n</textarea>"}).content.decode()

    assert composer(html) == "What&#x27;s &lt;b&gt;up&lt;/b&gt;?\n&lt;/textarea&gt;"


def test_it_speaks_the_language_that_the_browser_asks_for(client):
    response = client.get("/", headers={"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"})

    assert '<html lang="fr">' in response.content.decode()
    assert "Accept-Language" in response.headers["Vary"]


def test_it_keeps_the_language_that_was_chosen(client):
    assert '<html lang="fr">' in client.get("/?lang=fr").content.decode()
    assert '<html lang="fr">' in client.get("/").content.decode()
    assert '<html lang="en">' in client.get("/?lang=en").content.decode()


def test_it_speaks_english_when_asked_for_a_language_it_lacks(client):
    html = client.get("/?lang=xx", headers={"Accept-Language": "de"}).content.decode()

    assert '<html lang="en">' in html


def test_it_gives_its_words_to_the_scripts(client):
    html = client.get("/").content.decode()
    found = re.search(r'<script id="words" type="application/json">(.*?)</script>', html)

    assert found
    assert json.loads(found.group(1))["stop"] == "Stop"


def test_it_leaves_out_a_version_that_is_no_number(client):
    html = client.get("/source/a.md?version=4%22%3E2").content.decode()

    assert "could not be read" in html
    assert 'href="/api/sources/a.md?version' not in html


@pytest.mark.parametrize("path", ["/", "/source/a.md"])
def test_it_preloads_every_script_that_it_imports(client, path):
    html = client.get(path).content.decode()
    entry = re.search(r'<script type="module" src="/static/([^"]+)">', html)
    assert entry
    preloaded = set(re.findall(r'<link rel="modulepreload" href="/static/([^"]+)">', html))

    for module in {entry.group(1), *preloaded}:
        text = (STATIC / module).read_text()
        for name in re.findall(r'from "([^"]+)";', text):
            imported = (STATIC / module).parent / name
            assert str(imported.resolve().relative_to(STATIC)) in preloaded


def test_it_refuses_what_does_not_read(client):
    assert client.post("/").status_code == 405
