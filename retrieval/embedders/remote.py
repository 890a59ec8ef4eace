"""An embedder over HTTP: batches, patience with a provider in trouble, and checked vectors.

The key goes in a header, so that no URL, log line or message can hold it.
"""

import json
import logging
import random
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any

import httpx
import numpy as np

from retrieval.embedders.pace import Pace
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

Call = tuple[str, dict[str, Any]]  # the URL, and the JSON to post

_NO_TEXT = "-"  # providers refuse an empty text


class _Troubled(EmbeddingUnavailable):
    """Worth another try, after as many seconds as the provider named."""


class RemoteEmbedder(ABC):
    """What providers have in common; each knows its own calls and what they are answered with.

    `provider` and `key_variable` are for messages. `patience` is for how many seconds a batch may
    wait for its provider between attempts: what takes longer is the schedule's. Documents are sent
    at the `pace` of the provider's quotas; questions are few, and never wait.
    """

    provider = ""
    key_variable = ""
    url_variable = ""
    quick = False
    batch = BATCH_TEXTS

    def __init__(
        self,
        name: str,
        dimensions: int,
        key: str,
        headers: dict[bytes, bytes],
        *,
        pace: Pace | None = None,
        patience: float = 5.0,
        first_backoff: float = 1.0,
    ) -> None:
        self.name, self.dimensions = name, dimensions
        self._key = key
        self._pace = pace
        self._patience, self._first_backoff = patience, first_backoff
        self._client = httpx.Client(headers=headers)
        # Which embedders are kept is a cache's: one that it drops gives its connections back.
        weakref.finalize(self, self._client.close)
        self._queries = ThreadPoolExecutor(QUERIES_AT_ONCE, thread_name_prefix="embed-query")

    @abstractmethod
    def _query_call(self, text: str) -> Call: ...

    @abstractmethod
    def _documents_call(self, texts: Sequence[str]) -> Call: ...

    @abstractmethod
    def _query_values(self, answer: dict[str, Any]) -> list[float]: ...

    @abstractmethod
    def _documents_values(self, answer: dict[str, Any]) -> list[list[float]]:
        """In the order of the texts. Whatever an odd answer makes these two raise is told."""

    def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        rows = [np.empty((0, self.dimensions), dtype=np.float32)]
        most = self._pace.most_texts(BATCH_TEXTS) if self._pace else BATCH_TEXTS
        for some in _batches([_sendable(text) for text in texts], most):
            rows.append(self._embed_batch(some))
        return np.concatenate(rows)

    def embed_query(self, text: str) -> np.ndarray:
        """Without another try. httpx bounds each step of a call; the pool bounds them all."""
        call = self._query_call(_sendable(text))
        future = self._queries.submit(self._post, call, QUERY_SECONDS)
        try:
            answer = future.result(timeout=QUERY_SECONDS)
        except TimeoutError as error:
            future.cancel()
            raise EmbeddingUnavailable(
                f"{self.provider} did not embed the question within {QUERY_SECONDS} s."
            ) from error
        with _Sense(self):
            values = [self._query_values(answer)]
        vector: np.ndarray = self._vectors(values)[0]
        return vector

    def close(self) -> None:
        self._queries.shutdown(cancel_futures=True)
        self._client.close()

    def _embed_batch(self, texts: Sequence[str]) -> np.ndarray:
        answer = self._post_patiently(texts)
        with _Sense(self):
            values = self._documents_values(answer)
        if len(values) != len(texts):
            raise EmbeddingUnavailable(
                f"{self.provider} was given {len(texts)} texts and answered with {len(values)} "
                "embeddings; nothing of it is kept."
            )
        return self._vectors(values)

    def _vectors(self, values: Sequence[Sequence[float]]) -> np.ndarray:
        """Made to be of length 1, which not every provider's are."""
        with _Sense(self):
            rows = np.array(values, dtype=np.float64).reshape(len(values), self.dimensions)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise EmbeddingUnavailable(
                f"{self.provider} answered with an embedding that has no direction."
            )
        normalised: np.ndarray = (rows / lengths).astype(np.float32)
        return normalised

    def _post_patiently(self, texts: Sequence[str]) -> dict[str, Any]:
        """Once more while that may help, at the provider's pace or at doubling intervals."""
        call = self._documents_call(texts)
        deadline = time.monotonic() + self._patience
        for attempt in count(1):
            try:
                return self._post_paced(call, texts)
            except _Troubled as trouble:
                wait = self._backoff(attempt) if trouble.after is None else trouble.after
                if attempt == ATTEMPTS or time.monotonic() + wait > deadline:
                    raise
                logger.warning("%s Trying again in %.1f s.", trouble, wait)
                time.sleep(wait)
        raise AssertionError("unreachable")

    def _post_paced(self, call: Call, texts: Sequence[str]) -> dict[str, Any]:
        if self._pace is None:
            return self._post(call, DOCUMENTS_TIMEOUT)
        self._pace.wait(len(texts), sum(map(len, texts)))
        try:
            return self._post(call, DOCUMENTS_TIMEOUT)
        except EmbeddingUnavailable as error:
            self._pace.refused(len(texts), error.after)
            raise

    def _backoff(self, attempt: int) -> float:
        longest = min(self._first_backoff * 2 ** (attempt - 1), LONGEST_BACKOFF)
        return random.uniform(longest / 2, longest)  # noqa: S311

    def _post(self, call: Call, timeout: httpx.Timeout | float) -> dict[str, Any]:
        url, payload = call
        try:
            response = self._client.post(url, json=payload, timeout=timeout)
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise EmbeddingRefused(
                f"The call to {self.provider} cannot be made ({type(error).__name__}): "
                f"check {self.key_variable} and {self.url_variable}."
            ) from error
        except httpx.TransportError as error:
            raise _Troubled(
                f"{self.provider} cannot be reached ({type(error).__name__})."
            ) from error
        return self._answer(response)

    def _answer(self, response: httpx.Response) -> dict[str, Any]:
        body = _json(response)
        status = response.status_code
        said = f"HTTP {status}: {self._redacted(_message(body))}"
        if status in (408, 429) or status >= 500:
            raise _Troubled(f"{self.provider} has trouble ({said}).", _retry_after(response, body))
        if status in (400, 401, 403):
            raise EmbeddingRefused(
                f"{self.provider} refused to embed ({said}): check {self.key_variable}."
            )
        if status != 200:
            raise EmbeddingRefused(
                f"{self.provider} did not embed ({said}): check {self.url_variable}."
            )
        if not isinstance(body, dict):
            raise EmbeddingUnavailable(
                f"{self.provider}'s answer is not the JSON that its API promises."
            )
        return body

    def _redacted(self, message: str) -> str:
        return message.replace(self._key, "[the key]") if self._key else message


class _Sense:
    """Whatever reading an odd answer raises means that it is no answer."""

    def __init__(self, embedder: RemoteEmbedder) -> None:
        self._embedder = embedder

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, LookupError | TypeError | ValueError | AttributeError):
            raise EmbeddingUnavailable(
                f"{self._embedder.provider} did not answer with {self._embedder.dimensions} "
                f"numbers a text, as {self._embedder.name} is set to give: check its dimensions."
            ) from error


def _sendable(text: str) -> str:
    return scrubbed(text) if text.strip() else _NO_TEXT


def _batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """As many texts at once as providers take, by number and by size."""
    some: list[str] = []
    size = 0
    for text in texts:
        length = len(json.dumps(text)) + 200  # what a call has around it
        if some and (len(some) == most or size + length > BATCH_BYTES):
            yield some
            some, size = [], 0
        some.append(text)
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
