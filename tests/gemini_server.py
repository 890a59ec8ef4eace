"""A stand-in for Google's Generative Language API on a loopback port: its real formats, limits and
error bodies, and trouble on demand."""

import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

EMBED_MODEL, CHAT_MODEL = "gemini-embedding-001", "gemini-3.5-flash-lite"
FULL_DIMENSIONS = 3072
PAYLOAD_LIMIT = 4 * 1024 * 1024
TASK_TYPES = {None, "RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY", "SEMANTIC_SIMILARITY"}
STATUS_NAMES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
_PATH = re.compile(r"/v1beta/models/(?P<model>[^/:]+):(?P<method>\w+)")
_RPC = "type.googleapis.com/google.rpc"


@dataclass(frozen=True)
class Call:
    """What a client sent."""

    method: str
    model: str
    path: str
    headers: dict[str, str]
    payload: dict[str, Any]

    @property
    def texts(self) -> list[str]:
        """The texts to embed."""
        requests = self.payload.get("requests", [self.payload])
        return ["".join(part["text"] for part in each["content"]["parts"]) for each in requests]


@dataclass(frozen=True)
class Trouble:
    """What the next call meets: an error, a raw body with status 200, silence, or a cut stream."""

    status: int = 200
    message: str = ""
    retry_after: str | None = None
    details: tuple[dict[str, Any], ...] = ()
    body: bytes | None = None
    records: tuple[dict[str, Any], ...] = ()
    stalls: bool = False
    cut_after: int | None = None


@dataclass
class GeminiServer:
    """Use it as a context manager. `answer` makes the generated text from the call's payload.

    Troubles meet the next calls whose method holds `troubled`. With `piece`, streams are sent in
    chunks of so many bytes, which end inside lines and letters. With `held_after`, each stream
    pauses after so many words until `release`.
    """

    key: str = "test-key"
    answer: Callable[[dict[str, Any]], str] = lambda payload: "A generated answer [1]."
    calls: list[Call] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)  # texts of documents that it embedded
    _troubles: deque[Trouble] = field(default_factory=deque)
    troubled: str = ""
    piece: int = 0
    held_after: int | None = None
    _released: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"gemini": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1beta/models"

    @property
    def embed_url(self) -> str:
        return f"{self.url}/{EMBED_MODEL}:embedContent"

    @property
    def chat_url(self) -> str:
        return f"{self.url}/{CHAT_MODEL}:generateContent"

    def fail(self, status: int, message: str = "Something went wrong.", *, times: int = 1,
             retry_after: str | None = None, retry_delay: str | None = None) -> None:  # fmt: skip
        """The next calls fail; `retry_delay` ("2s") is how Google says it, in the body."""
        info = {"@type": f"{_RPC}.RetryInfo", "retryDelay": retry_delay}
        details = (info,) if retry_delay else ()
        trouble = Trouble(status, message, retry_after=retry_after, details=details)
        self._troubles.extend([trouble] * times)

    def say(self, body: bytes, *, times: int = 1) -> None:
        """The next calls get this with status 200, whatever it is."""
        self._troubles.extend([Trouble(body=body)] * times)

    def send(self, *records: dict[str, Any]) -> None:
        """The next call gets these: one as an answer, or all as its stream."""
        self._troubles.append(Trouble(records=records))

    def stall(self, *, times: int = 1) -> None:
        """The next calls get no answer until `release` or the end."""
        self._released.clear()
        self._troubles.extend([Trouble(stalls=True)] * times)

    def cut_stream(self, after: int) -> None:
        """The next stream ends without its end, after so many records."""
        self._troubles.append(Trouble(cut_after=after))

    def recover(self) -> None:
        """No call that comes from now on meets trouble."""
        self._troubles.clear()

    def release(self) -> None:
        self._released.set()

    def trouble(self, method: str = "") -> Trouble:
        meets = self._troubles and (not method or self.troubled in method)
        return self._troubles.popleft() if meets else Trouble()

    def wait_for_release(self) -> None:
        self._released.wait(60)


class _Handler(BaseHTTPRequestHandler):
    gemini: GeminiServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = urlsplit(self.path)
        match = _PATH.fullmatch(url.path)
        if match is None:
            self._error(404, "Requested entity was not found.")
            return
        call = Call(match["method"], match["model"], self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    json.loads(raw))  # fmt: skip
        self.gemini.calls.append(call)
        trouble = self.gemini.trouble(call.method)
        if trouble.stalls:
            self.gemini.wait_for_release()
            self.close_connection = True
        elif trouble.body is not None:
            self._send(200, trouble.body, "text/html")
        elif trouble.status != 200:
            self._error(trouble.status, trouble.message, trouble.details, trouble.retry_after)
        elif refusal := _refusal(call, raw, self.gemini.key):
            self._error(*refusal)
        else:
            self._answer(call, trouble, sse=parse_qs(url.query).get("alt") == ["sse"])

    def _answer(self, call: Call, trouble: Trouble, *, sse: bool) -> None:
        if call.method == "embedContent":
            self._json(200, {"embedding": _embedding(call.payload)})
        elif call.method == "batchEmbedContents":
            self.gemini.paid += call.texts
            self._json(200, {"embeddings": [_embedding(each) for each in call.payload["requests"]]})
        elif call.method == "generateContent":
            whole = trouble.records or (generated(self.gemini.answer(call.payload), "STOP"),)
            self._json(200, whole[0])
        else:
            records = list(trouble.records or _records(self.gemini.answer(call.payload)))
            if sse:
                self._stream(records, trouble.cut_after)
            else:
                self._json(200, records)

    def _stream(self, records: list[dict[str, Any]], cut_after: int | None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for position, record in enumerate(records[:cut_after]):
            if position == self.gemini.held_after:
                self.gemini.wait_for_release()
            # As Google's: letters outside ASCII are not escaped.
            data = f"data: {json.dumps(record, ensure_ascii=False)}\r\n\r\n".encode()
            for start in range(0, len(data), self.gemini.piece or len(data)):
                part = data[start : start + (self.gemini.piece or len(data))]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        if cut_after is None:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def _error(self, status: int, message: str, details: tuple[dict[str, Any], ...] = (),
               retry_after: str | None = None) -> None:  # fmt: skip
        error = {"code": status, "message": message, "status": STATUS_NAMES[status]}
        body = {"error": {**error, "details": list(details)} if details else error}
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._json(status, body, headers)

    def _json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body, indent=2).encode()
        self._send(status, data, "application/json; charset=UTF-8", headers)

    def _send(self, status: int, data: bytes, kind: str,
              headers: dict[str, str] | None = None) -> None:  # fmt: skip
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)),
                            **(headers or {})}.items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """A test's output is pytest's."""


def _refusal(call: Call, raw: bytes, key: str) -> tuple[Any, ...] | None:
    """What Google refuses, in its words."""
    sent = call.headers.get("x-goog-api-key")
    if sent is None:
        return 403, ("Method doesn't allow unregistered callers (callers without established "
                     "identity). Please use API Key or other form of API consumer identity to "
                     "call this API.")  # fmt: skip
    if sent != key:
        info = {"@type": f"{_RPC}.ErrorInfo", "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"}}  # fmt: skip
        return 400, "API key not valid. Please pass a valid API key.", (info,)
    if len(raw) > PAYLOAD_LIMIT:
        return 400, f"Request payload size exceeds the limit: {PAYLOAD_LIMIT} bytes."
    embeds = call.method in {"embedContent", "batchEmbedContents"}
    known = call.method in {"generateContent", "streamGenerateContent"} or embeds
    if not known or call.model != (EMBED_MODEL if embeds else CHAT_MODEL):
        return 404, (f"models/{call.model} is not found for API version v1beta, or is not "
                     f"supported for {call.method}. Call ListModels to see the list of available "
                     "models and their supported methods.")  # fmt: skip
    return _refused_embedding(call) if embeds else None


def _refused_embedding(call: Call) -> tuple[Any, ...] | None:
    requests = call.payload.get("requests", [call.payload])
    if not 1 <= len(requests) <= 100:
        return 400, ("* BatchEmbedContentsRequest.requests: at most 100 requests can be in one "
                     "batch\n")  # fmt: skip
    for each in requests:
        if not any(part.get("text") for part in each["content"]["parts"]):
            return 400, "* EmbedContentRequest.content: contents is not specified\n"
        if call.method == "batchEmbedContents" and each.get("model") != f"models/{call.model}":
            return 400, "* BatchEmbedContentsRequest.requests[0].model: must match the URL\n"
        if each.get("taskType") not in TASK_TYPES:
            return 400, "Invalid value at 'task_type'"
        if not 1 <= each.get("outputDimensionality", FULL_DIMENSIONS) <= FULL_DIMENSIONS:
            return 400, "The value of output_dimensionality is out of range."
    return None


def _embedding(request: dict[str, Any]) -> dict[str, Any]:
    """Words hashed to directions, so that texts that share words are near; of length 1 only at
    full dimensions, like Google's."""
    dimensions = request.get("outputDimensionality", FULL_DIMENSIONS)
    values = [0.01] * dimensions
    for word in re.findall(r"\w+", "".join(p["text"] for p in request["content"]["parts"]).lower()):
        values[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % dimensions] += 0.5
    if dimensions == FULL_DIMENSIONS:
        length = sum(value * value for value in values) ** 0.5
        values = [value / length for value in values]
    return {"values": values}


def generated(text: str, finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"},
                                 "index": 0}  # fmt: skip
    if finish:
        candidate["finishReason"] = finish
    usage = {"promptTokenCount": 8, "candidatesTokenCount": 5, "totalTokenCount": 13}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": CHAT_MODEL,
            "responseId": "stand-in"}  # fmt: skip


def blocked(reason: str) -> dict[str, Any]:
    """The question itself is refused: there is no candidate."""
    return {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 8},
            "modelVersion": CHAT_MODEL}  # fmt: skip


def without_content(finish: str) -> dict[str, Any]:
    """The answer is held back: a candidate of a reason and ratings alone."""
    rating = {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True}
    candidate = {"finishReason": finish, "index": 0, "safetyRatings": [rating]}
    return {"candidates": [candidate], "modelVersion": CHAT_MODEL}


def error(status: int, message: str) -> dict[str, Any]:
    """As a record in a stream whose status was 200 already."""
    return {"error": {"code": status, "message": message, "status": STATUS_NAMES[status]}}


def _records(text: str) -> Iterator[dict[str, Any]]:
    words = re.findall(r"\s*\S+", text) or [""]
    for word in words[:-1]:
        yield generated(word, None)
    yield generated(words[-1], "STOP")
