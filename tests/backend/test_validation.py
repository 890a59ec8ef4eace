import json
import socket

import pytest

from tests.backend.running import Backend

JSON = {"Content-Type": "application/json"}
BAD_BODIES = {
    "empty": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"question": "\xff\xfe"}',
    "UTF-16": '{"question": "a"}'.encode("utf-16"),
    "a list": b"[]",
    "a number": b"1e999",
    "null": b"null",
    "not a number": b'{"question": NaN}',
    "no question": b"{}",
    "a question that is null": b'{"question": null}',
    "a question that is a number": b'{"question": 7}',
    "a question that is a list": b'{"question": ["a"]}',
    "a blank question": b'{"question": " \\n\\t\\u00a0 "}',
    "a NUL alone": b'{"question": "\\u0000"}',
    "half a character": b'{"question": "a \\ud800 b"}',
    "deep nesting": b"[" * 200_000,
    "deep nesting beside a question": b'{"question": "a", "x": ' + b'{"a":' * 100_000,
    "a huge number": b'{"question": ' + b"9" * 10_000 + b"}",
    "a long question": json.dumps({"question": "a" * 4001}).encode(),
    "history that is a text": b'{"question": "a", "history": "b"}',
    "history of texts": b'{"question": "a", "history": ["b"]}',
    "another role": b'{"question": "a", "history": [{"role": "system", "text": "b"}]}',
    "a role that is a list": b'{"question": "a", "history": [{"role": [], "text": "b"}]}',
    "a turn without text": b'{"question": "a", "history": [{"role": "user"}]}',
    "half a character before": (
        b'{"question": "a", "history": [{"role": "user", "text": "\\udc00"}]}'
    ),
}
GOOD_BODIES = {
    "unknown fields": b'{"question": "kafka", "colour": {"a": [1, NaN]}}'.replace(b"NaN", b"2"),
    "the longest question": json.dumps({"question": "é" * 4000}).encode(),
    "many different words": json.dumps({"question": " ".join(map(str, range(1020)))}).encode(),
    "a NUL inside": b'{"question": "kafka\\u0000broker"}',
    "control characters": b'{"question": "kafka \\u0007\\u001b[0m"}',
    "history that is null": b'{"question": "a", "history": null}',
    "an empty turn": b'{"question": "a", "history": [{"role": "assistant", "text": ""}]}',
    "escaped pair": b'{"question": "\\ud83d\\ude80 kafka"}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_told(backend: Backend, name: str) -> None:
    response = backend.client.post("/ask", content=BAD_BODIES[name], headers=JSON)
    assert response.status_code == 400, response.text
    assert response.json()["code"] == "invalid"
    assert response.json()["detail"]


@pytest.mark.parametrize("name", GOOD_BODIES)
def test_an_odd_but_good_body_is_answered(backend: Backend, name: str) -> None:
    response = backend.client.post("/ask", content=GOOD_BODIES[name], headers=JSON)
    assert response.status_code == 200, response.text


def test_a_body_that_is_too_large_is_refused(backend: Backend) -> None:
    body = json.dumps({"question": "a", "x": "b" * 1_100_000}).encode()
    response = backend.client.post("/ask", content=body, headers=JSON)
    assert response.status_code == 413
    assert response.json()["code"] == "too_large"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_kind_of_body_is_refused(backend: Backend, kind: str) -> None:
    response = backend.client.post(
        "/ask", content=b'{"question": "a"}', headers={"Content-Type": kind}
    )
    assert response.status_code == 415
    assert response.json()["code"] == "unsupported_media_type"


def test_a_charset_is_allowed(backend: Backend) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert backend.client.post("/ask", content=b'{"question": "a"}', headers=headers).is_success


@pytest.mark.parametrize(
    "query",
    [
        "", "?k=3", "?q=", "?q=%20", "?q=%00", "?q=a&k=0", "?q=a&k=51", "?q=a&k=-1", "?q=a&k=x",
        "?q=a&k=", "?q=a&k=1.5", "?q=a&k=1e3", "?q=a&k=%D9%A3", "?q=a&k=1_0",
        "?q=a&k=" + "9" * 5000,
        "?q=" + "a" * 4001, "?q=a&retrieval=magic",
    ],
)  # fmt: skip
def test_a_bad_search_is_told(backend: Backend, query: str) -> None:
    response = backend.get(f"/search{query}")
    assert response.status_code == 400, response.text
    assert response.json()["code"] == "invalid"


@pytest.mark.parametrize("query", ["?q=a&k=1", "?q=a&k=50", "?q=%ff%fe%00kafka", "?q=a%ED%A0%80"])
def test_an_odd_but_good_search_is_answered(backend: Backend, query: str) -> None:
    assert backend.get(f"/search{query}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/sources/", "/sources/none.md", "/sources/../../etc/passwd", "/sources/%2e%2e/x", "/",
        "/sources/%00", "/sources/%ff%fe", "/sources//etc/passwd", "/nothing", "/sources/a%0Ab",
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(backend: Backend, path: str) -> None:
    response = backend.get(path)
    assert response.status_code == 404
    assert set(response.json()) == {"code", "detail"}


@pytest.mark.parametrize("version", ["0", "x", "-1", "1.0", "9" * 30, "%00"])
def test_a_bad_version_is_told(backend: Backend, version: str) -> None:
    assert backend.get(f"/sources/notes.md?version={version}").status_code == 400


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/ask"), ("DELETE", "/search"), ("PUT", "/health")]
)
def test_another_method_is_refused(backend: Backend, method: str, path: str) -> None:
    response = backend.client.request(method, path)
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"
    assert response.headers["Allow"]


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /sources/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /search?q=\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"POST /ask HTTP/1.1\r\nHost: x\r\nContent-Type: \xff\r\nContent-Length: 1\r\n"
        b"Connection: close\r\n\r\na",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX-Expect-Version: \xff\r\nConnection: close\r\n\r\n",
        b"POST /ask HTTP/1.1\r\nHost: x\r\nContent-Length: zz\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
    ],
)
def test_no_bytes_make_it_fail(backend: Backend, raw: bytes) -> None:
    host, port = backend.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        status = int(connection.recv(65536).split()[1])
    assert status < 500
    assert backend.get("/health").status_code == 200
