"""A stand-in for a server of OpenAI's chat completions and embeddings, on a loopback port."""

import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

MODEL, EMBED_MODEL = "qwen3:4b", "nomic-embed-text"
DIMENSIONS = 64


@dataclass
class OpenAIServer:
    """Use it as a context manager. `answer` makes the text from the call's messages."""

    key: str = "test-key"
    answer: Callable[[list[dict[str, str]]], str] = lambda messages: "A generated answer [1]."
    calls: list[dict[str, Any]] = field(default_factory=list)
    _troubles: deque[tuple[int, bytes]] = field(default_factory=deque)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"server_of": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def say(self, status: int, body: bytes, *, times: int = 1) -> None:
        """The next calls get exactly this."""
        self._troubles.extend([(status, body)] * times)

    def trouble(self) -> tuple[int, bytes] | None:
        return self._troubles.popleft() if self._troubles else None


class _Handler(BaseHTTPRequestHandler):
    server_of: OpenAIServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        self.server_of.calls.append({"path": self.path, **call})
        if trouble := self.server_of.trouble():
            self._send(*trouble)
        elif self.headers.get("authorization") != f"Bearer {self.server_of.key}":
            self._send(401, _error("Incorrect API key provided.", "invalid_api_key"))
        elif self.path == "/v1/embeddings" and call["model"] == EMBED_MODEL:
            self._embed(call["input"])
        elif self.path != "/v1/chat/completions":
            self._send(404, _error(f"Invalid URL (POST {self.path})", "unknown_url"))
        elif call["model"] != MODEL:
            self._send(404, _error(f"model '{call['model']}' not found", "model_not_found"))
        else:
            self._answer(call)

    def _embed(self, texts: list[str]) -> None:
        if not all(texts) or len(texts) > 2048:
            self._send(400, _error("'$.input' is invalid.", "invalid_input"))
            return
        rows = [{"object": "embedding", "index": n, "embedding": _vector(text)}
                for n, text in enumerate(texts)]  # fmt: skip
        # The order is told, not promised.
        self._send(200, json.dumps({"data": rows[::-1], "model": EMBED_MODEL}).encode())

    def _answer(self, call: dict[str, Any]) -> None:
        text = self.server_of.answer(call["messages"])
        if not call.get("stream"):
            message = {"role": "assistant", "content": text, "refusal": None}
            self._send(200, json.dumps(_record("message", message, "stop")).encode())
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.close_connection = True
        for record in _pieces(text):
            self.wfile.write(f"data: {json.dumps(record)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """A test's output is pytest's."""


def _pieces(text: str) -> Iterator[dict[str, Any]]:
    yield _record("delta", {"role": "assistant", "content": ""}, None)
    for position, word in enumerate(text.split(" ")):
        yield _record("delta", {"content": word if position == 0 else f" {word}"}, None)
    yield _record("delta", {}, "stop")
    yield {"choices": [], "usage": {"total_tokens": 13}}


def _vector(text: str) -> list[float]:
    """Words hashed to directions, so that texts that share words are near; of any length."""
    values = [0.01] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        values[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % DIMENSIONS] += 0.5
    return values


def _record(where: str, said: dict[str, Any], reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, where: said, "finish_reason": reason}
    return {"id": "chatcmpl-1", "model": MODEL, "choices": [choice]}


def _error(message: str, code: str) -> bytes:
    kind = "invalid_request_error"
    return json.dumps({"error": {"message": message, "type": kind, "code": code}}).encode()
