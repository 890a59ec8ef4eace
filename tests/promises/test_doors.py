"""D1 and D2: who may control, and what happens to bad input."""

import json
import os
import socket
import subprocess
import sys
from contextlib import closing
from urllib.parse import urlsplit

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from tests.load import Load
from tests.polling import eventually
from tests.promises.conftest import QUESTIONS
from tests.promises.test_course import _csrf
from tests.system import PASSWORD, PROJECT

PUBLIC = {
    ("GET", "/api/search"), ("POST", "/api/ask"), ("GET", "/api/sources/{path}"),
    ("GET", "/api/suggestions"), ("POST", "/api/feedback"), ("GET", "/health"), ("GET", "/metrics"),
}  # fmt: skip
WITHOUT_RIGHTS = """
from django.contrib.auth.models import User
User.objects.create_user("carol", password="{password}", is_staff=True)
"""


def _operations(system):
    """Every (method, path) of the API as its own schema lists them, with plausible values."""
    schema = system.http.get("/api/schema/?format=json").json()
    for path, methods in schema["paths"].items():
        for method in methods:
            if method in ("get", "post", "put", "delete", "patch"):
                yield method.upper(), path


def _filled(path: str) -> str:
    return path.replace("{number}", "1").replace("{gap}", "1").replace("{path}", "ops/zephyr.md")


def test_control_needs_the_key(system):
    """D1. Without a key 401, with a wrong one 401, without the right 403; refusals are logged."""
    control = [op for op in _operations(system) if op not in PUBLIC]
    assert len(control) >= 10
    wrong = {"Authorization": "Bearer wrong"}
    for method, path in control:
        for headers in ({}, wrong):
            response = system.http.request(method, _filled(path), headers=headers)
            assert response.status_code == 401, (method, path, response.text)
            assert set(response.json()) == {"code", "detail"}
    with closing(_staff_without_rights(system)) as carol:
        for method, path in control:
            response = carol.request(method, _filled(path))
            assert response.status_code == 403, (method, path, response.text)
    assert "Refused POST /api/rollback" in system.logged()
    assert system.ask(QUESTIONS[0])["answered"] is True


def test_the_public_port_offers_nothing_else(system):
    """D1. What is no page, no public call and no control call is a 404, also the backends' own."""
    for path in ("/ask", "/load", "/api", "/api/", "/api/nothing", "/static/", "/.env", "/data/"):
        status = system.http.get(path).status_code
        assert status == 404 or (path == "/ask" and status == 200), path
    assert system.http.post("/ask", json={"question": "x"}).status_code in (403, 405)


def _staff_without_rights(system) -> httpx.Client:
    code = WITHOUT_RIGHTS.format(password=PASSWORD)
    environment = {**os.environ, **system.environment}
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code], cwd=PROJECT, env=environment,
        check=True, capture_output=True,
    )  # fmt: skip
    client = httpx.Client(base_url=system.url, follow_redirects=True, timeout=30)
    page = client.get("/admin/login/")
    client.post("/admin/login/?next=/admin/", data={
        "username": "carol", "password": PASSWORD, "csrfmiddlewaretoken": _csrf(page.text),
    })  # fmt: skip
    client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
    return client


@pytest.fixture
def session():
    with requests.Session() as session:
        yield session


@schemathesis.check
def is_told(ctx, response, case):
    """An error is JSON with a code and a detail, and never a traceback."""
    if response.status_code >= 400:
        body = response.json()
        assert set(body) >= {"code", "detail"}, body
    assert b"Traceback (most recent call last)" not in response.content  # an export is no text


def test_bad_input_is_told(own_system, session):
    """D2. Hypothesis drives every operation of the schema, with the control token, under load.

    No 5xx, every error with a code, and those who ask meanwhile are all answered.
    """
    system = own_system()
    schema = schemathesis.openapi.from_dict(system.http.get("/api/schema/?format=json").json())
    session.headers["Authorization"] = f"Bearer {system.token}"
    with Load(system.url, QUESTIONS, clients=1) as load:
        for operation in schema.get_all_operations():
            _exercise(operation.ok(), system.url, session)
    assert load.failures == [], (load.summary(), load.failures[:3])


def _exercise(operation, url, session):
    @settings(max_examples=15, deadline=None, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy())
    def run(case):
        case.call_and_validate(base_url=url, session=session, checks=[not_a_server_error, is_told])

    run()


RAW = [
    b"\x00\xff\xfe garbage\r\n\r\n",
    b"GET /api/search?q=%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /api/search?q=" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /api/sources/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /api/versions/99999999999999999999999 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b'POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\n{"a":',
    b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"BREW /api/ask HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET /api/search?q=réseau HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    b"GET /api/search?q=a b HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /api/search?q=" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /api/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
]


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
def test_raw_bytes_are_told(system, raw):
    """D2. Bytes that no client library would send."""
    parts = urlsplit(system.url)
    with socket.create_connection((parts.hostname, parts.port), 10) as connection:
        connection.sendall(raw)
        connection.settimeout(10)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    assert b"Traceback" not in answer
    if status != 200:
        assert 400 <= status < 500, answer[:300]
        told = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])  # may be in one chunk
        assert set(told) == {"code", "detail"}


BODIES = [
    (b"", "application/json"), (b"{", "application/json"), (b"[]", "application/json"),
    (b'"x"', "application/json"), (b'{"question": 5}', "application/json"),
    (b'{"question": "  "}', "application/json"), (b'{"question": "\\ud800"}', "application/json"),
    (b'{"question": "' + b"x" * 4001 + b'"}', "application/json"),
    (b'{"question": "x", "history": 3}', "application/json"),
    (b"[" * 100_000, "application/json"), (b'{"question": "\xff"}', "application/json"),
    (b'{"question": "x"}', "text/plain"), (b"x" * 2_000_000, "application/json"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=range(len(BODIES)))
def test_bad_questions_are_told(system, body, kind):
    """D2. Each is a 4xx with a code, and the next question is answered."""
    response = system.http.post("/api/ask", content=body, headers={"Content-Type": kind})
    assert 400 <= response.status_code < 500, response.text
    assert json.loads(response.text)["code"]
    assert system.ask(QUESTIONS[0])["answered"]


def test_too_many_questions_are_told(own_system):
    """A limit of 5 a minute lets 5 through, whatever process answers, and says for how long."""
    system = own_system(RATE_LIMIT_ASK="5/minute")
    codes = [system.http.post("/api/ask", json={"question": "Backups?"}) for _ in range(12)]
    limited = [response for response in codes if response.status_code == 429]
    assert len(limited) >= 2
    assert limited[0].json()["code"] == "rate_limited"
    assert int(limited[0].headers["Retry-After"]) >= 1
    eventually(lambda: system.health()["status"] == "ok")
