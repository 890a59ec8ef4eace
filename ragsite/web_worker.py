"""Gunicorn's worker for the web: what cannot be read as HTTP is told as every other error is."""

import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn_worker import UvicornWorker

LONGEST = 65_535  # bytes of a target that the parser takes
UNREADABLE = (
    "400 Bad Request", "invalid",
    "This is not HTTP. What is neither ASCII nor visible must be percent-encoded in an address.",
)  # fmt: skip
TOO_LONG = ("414 URI Too Long", "uri_too_long", f"The address has over {LONGEST:,} bytes.")


class Protocol(HttpToolsProtocol):
    """uvicorn's own, but for its answer to what its parser refuses."""

    def send_400_response(self, msg: str) -> None:
        too_long = len(getattr(self, "url", b"")) > LONGEST
        self.transport.write(_told(*(TOO_LONG if too_long else UNREADABLE)))
        self.transport.close()


class WebWorker(UvicornWorker):  # type: ignore[misc]
    CONFIG_KWARGS: dict[str, Any] = {"loop": "auto", "http": Protocol}


def _told(status: str, code: str, detail: str) -> bytes:
    body = json.dumps({"code": code, "detail": detail})
    lines = [
        f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}",
        "Cache-Control: no-store", "Connection: close", "", body,
    ]  # fmt: skip
    return "\r\n".join(lines).encode()
