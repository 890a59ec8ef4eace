"""Google's Gemini as an embedder, over REST.

The key goes in a header, so that no URL, log line or message can hold it.
"""

import json
import logging
import random
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any

import httpx
import numpy as np

from retrieval.errors import EmbeddingRefused, EmbeddingUnavailable
from retrieval.plain import scrubbed

logger = logging.getLogger(__name__)

BATCH_TEXTS = 100
BATCH_BYTES = 3_500_000
QUERY_SECONDS = 1.5
QUERIES_AT_ONCE = 16
DOCUMENTS_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
ATTEMPTS = 6
LONGEST_BACKOFF = 30.0

_URL = re.compile(r"(?P<before>https?://.*/)(?P<model>[^/:?#]+):embedContent(?P<query>\?.*)?")
_NO_TEXT = "-"  # the API refuses an empty part


class _Troubled(EmbeddingUnavailable):
    """Worth another try, after as many seconds as the provider named."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


def model_of(url: str) -> str:
    """The model that an embedding URL names; "" when it is no such URL."""
    match = _URL.fullmatch(url)
    return match["model"] if match else ""


class GeminiEmbedder:
    """`patience` is for how many seconds a batch may wait for its provider between attempts."""

    quick = False
    batch = BATCH_TEXTS

    def __init__(
        self,
        key: str,
        url: str,
        *,
        model: str,
        dimensions: int,
        patience: float = 120.0,
        first_backoff: float = 1.0,
    ) -> None:
        self.name = f"gemini:{model}:{dimensions}"
        self.dimensions = dimensions
        self._key, self._url, self._model = key, url, model
        self._patience, self._first_backoff = patience, first_backoff
        # As bytes: the provider then refuses a key with a letter outside ASCII, not the client.
        self._client = httpx.Client(headers={b"x-goog-api-key": key.encode()})
        self._queries = ThreadPoolExecutor(QUERIES_AT_ONCE, thread_name_prefix="gemini-query")

    def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        rows = [np.empty((0, self.dimensions), dtype=np.float32)]
        for requests in _batches([self._request(text, "RETRIEVAL_DOCUMENT") for text in texts]):
            rows.append(self._embed_batch(requests))
        return np.concatenate(rows)

    def embed_query(self, text: str) -> np.ndarray:
        """Without another try. httpx bounds each step of a call; the pool bounds them all."""
        request = self._request(text, "RETRIEVAL_QUERY")
        future = self._queries.submit(self._post, "embedContent", request, QUERY_SECONDS)
        try:
            answer = future.result(timeout=QUERY_SECONDS)
        except TimeoutError as error:
            future.cancel()
            raise EmbeddingUnavailable(
                f"Gemini did not embed the question within {QUERY_SECONDS} s."
            ) from error
        vector: np.ndarray = self._vectors([answer.get("embedding")])[0]
        return vector

    def close(self) -> None:
        self._queries.shutdown(cancel_futures=True)
        self._client.close()

    def _embed_batch(self, requests: list[dict[str, Any]]) -> np.ndarray:
        answer = self._post_patiently("batchEmbedContents", {"requests": requests})
        embeddings = answer.get("embeddings")
        if not isinstance(embeddings, list) or len(embeddings) != len(requests):
            raise EmbeddingUnavailable(
                f"Gemini was given {len(requests)} texts and answered with another number of "
                "embeddings; nothing of it is kept."
            )
        return self._vectors(embeddings)

    def _request(self, text: str, task: str) -> dict[str, Any]:
        return {
            "model": f"models/{self._model}",
            "content": {"parts": [{"text": scrubbed(text) if text.strip() else _NO_TEXT}]},
            "taskType": task,
            "outputDimensionality": self.dimensions,
        }

    def _vectors(self, embeddings: Sequence[Any]) -> np.ndarray:
        """Of length 1, which Google's are only at full dimensions."""
        try:
            values = [each["values"] for each in embeddings]
            rows = np.array(values, dtype=np.float64).reshape(len(values), self.dimensions)
        except (KeyError, TypeError, ValueError) as error:
            raise EmbeddingUnavailable(
                f"Gemini did not answer with {self.dimensions} numbers a text: check that "
                f"{self._model} can give GEMINI_EMBED_DIMENSIONS={self.dimensions}."
            ) from error
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise EmbeddingUnavailable("Gemini answered with an embedding that has no direction.")
        normalised: np.ndarray = (rows / lengths).astype(np.float32)
        return normalised

    def _post_patiently(self, method: str, payload: Any) -> dict[str, Any]:
        """Once more while that may help, at the provider's pace or at doubling intervals."""
        deadline = time.monotonic() + self._patience
        for attempt in count(1):
            try:
                return self._post(method, payload, DOCUMENTS_TIMEOUT)
            except _Troubled as trouble:
                wait = self._backoff(attempt) if trouble.after is None else trouble.after
                if attempt == ATTEMPTS or time.monotonic() + wait > deadline:
                    raise
                logger.warning("%s Trying again in %.1f s.", trouble, wait)
                time.sleep(wait)
        raise AssertionError("unreachable")

    def _backoff(self, attempt: int) -> float:
        longest = min(self._first_backoff * 2 ** (attempt - 1), LONGEST_BACKOFF)
        return random.uniform(longest / 2, longest)  # noqa: S311

    def _post(self, method: str, payload: Any, timeout: httpx.Timeout | float) -> dict[str, Any]:
        try:
            response = self._client.post(self._endpoint(method), json=payload, timeout=timeout)
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise EmbeddingRefused(
                f"The call to Gemini cannot be made ({type(error).__name__}): "
                "check GEMINI_API_KEY and GEMINI_EMBED_URL."
            ) from error
        except httpx.TransportError as error:
            raise _Troubled(f"Gemini cannot be reached ({type(error).__name__}).") from error
        return self._answer(response)

    def _answer(self, response: httpx.Response) -> dict[str, Any]:
        body = _json(response)
        status = response.status_code
        said = f"HTTP {status}: {self._redacted(_message(body))}"
        if status in (408, 429) or status >= 500:
            raise _Troubled(f"Gemini has trouble ({said}).", _retry_after(response, body))
        if status in (400, 401, 403):
            raise EmbeddingRefused(f"Gemini refused to embed ({said}): check GEMINI_API_KEY.")
        if status != 200:
            raise EmbeddingRefused(f"Gemini did not embed ({said}): check GEMINI_EMBED_URL.")
        if not isinstance(body, dict):
            raise EmbeddingUnavailable("Gemini's answer is not the JSON that its API promises.")
        return body

    def _endpoint(self, method: str) -> str:
        match = _URL.fullmatch(self._url)
        if match is None:
            raise EmbeddingRefused(
                "GEMINI_EMBED_URL is not a URL that ends in models/<model>:embedContent."
            )
        return f"{match['before']}{self._model}:{method}{match['query'] or ''}"

    def _redacted(self, message: str) -> str:
        return message.replace(self._key, "[the key]") if self._key else message


def _batches(requests: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """As many requests at once as the API takes, by number and by size."""
    some: list[dict[str, Any]] = []
    size = 0
    for request in requests:
        length = len(json.dumps(request)) + 2
        if some and (len(some) == BATCH_TEXTS or size + length > BATCH_BYTES):
            yield some
            some, size = [], 0
        some.append(request)
        size += length
    if some:
        yield some


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _message(body: Any) -> str:
    try:
        return str(body["error"]["message"])[:300]
    except (KeyError, TypeError):
        return "no reason given"


def _retry_after(response: httpx.Response, body: Any) -> float | None:
    """Seconds to wait: the Retry-After header, else the RetryInfo in Google's error details."""
    header = response.headers.get("retry-after", "").strip()
    if header.isdecimal():
        return float(header)
    if header:
        try:
            return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
        except ValueError:
            return None
    try:
        delays = [each["retryDelay"] for each in body["error"]["details"] if "retryDelay" in each]
        return float(delays[0].removesuffix("s"))
    except (KeyError, TypeError, IndexError, ValueError, AttributeError):
        return None
