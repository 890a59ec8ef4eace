"""Calls Gemini's generateContent, whole or streamed, and turns all that can go wrong into ours."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from backend.config import CHAT_SUFFIX, GeminiChat
from backend.errors import GeneratorFailed, GeneratorTimeout

ATTEMPTS = 3
# In seconds, and at most half the time-out: told to wait longer, we tell the person instead.
LONGEST_WAIT = 5.0
TRANSIENT = (429, 500, 502, 503, 504)
MAX_ANSWER_BYTES = 4 * 1024 * 1024
STREAM_TIMEOUTS = 4  # a stream that goes on may take this many times the time-out
GOOD_ENDS = (None, "STOP", "FINISH_REASON_UNSPECIFIED")


class Gemini:
    """One provider's chat model; `timeout` bounds a whole answer and each silence of a stream."""

    def __init__(self, settings: GeminiChat) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(
            headers={"x-goog-api-key": settings.key},
            timeout=httpx.Timeout(settings.timeout, connect=min(5.0, settings.timeout)),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def generate(self, payload: dict[str, Any]) -> str:
        """The whole text of an answer."""
        try:
            async with asyncio.timeout(self._settings.timeout):
                async with self._post(self._settings.url, payload) as response:
                    data = await _read(response)
        except TimeoutError as error:
            raise self._timeout() from error
        text, _ = read_record(data)
        if not text.strip():
            raise GeneratorFailed("Gemini gave an empty answer.")
        return text

    async def stream(self, payload: dict[str, Any]) -> AsyncIterator[str]:
        """The pieces of an answer as they come; an end that Gemini didn't declare is a failure."""
        deadline = time.monotonic() + STREAM_TIMEOUTS * self._settings.timeout
        whole = False
        async with self._post(self._stream_url(), payload) as response:
            async for line in response.aiter_lines():
                if time.monotonic() > deadline:
                    raise self._timeout()
                if line.startswith("data:"):
                    text, ended = read_record(line.removeprefix("data:"))
                    whole = whole or ended
                    if text:
                        yield text
        if not whole:
            raise GeneratorFailed("Gemini's answer broke off before its end.")

    def _stream_url(self) -> str:
        base, _, query = self._settings.url.partition("?")
        streaming = base.removesuffix(CHAT_SUFFIX) + ":streamGenerateContent?alt=sse"
        return f"{streaming}&{query}" if query else streaming

    @asynccontextmanager
    async def _post(self, url: str, payload: dict[str, Any]) -> AsyncIterator[httpx.Response]:
        """A response of status 200; what may pass by itself is tried again."""
        try:
            response = await self._accepted(url, payload)
            try:
                yield response
            finally:
                await response.aclose()
        except httpx.TimeoutException as error:
            raise self._timeout() from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise GeneratorFailed(f"Gemini can't be reached: {_named(error)}.") from error

    async def _accepted(self, url: str, payload: dict[str, Any]) -> httpx.Response:
        for attempt in range(1, ATTEMPTS + 1):
            request = self._client.build_request("POST", url, json=payload)
            response = await self._client.send(request, stream=True)
            if response.status_code == 200:
                return response
            refusal = await _refusal(response)
            wait = _wait(response, attempt)
            longest = min(LONGEST_WAIT, self._settings.timeout / 2)
            if response.status_code not in TRANSIENT or attempt == ATTEMPTS or wait > longest:
                raise refusal
            await asyncio.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _timeout(self) -> GeneratorTimeout:
        return GeneratorTimeout(f"Gemini did not answer within {self._settings.timeout:g} s.")


def read_record(data: str | bytes) -> tuple[str, bool]:
    """The text of a response record, and whether it says that the answer ends with it."""
    try:
        record = json.loads(data)
        blocked = record.get("promptFeedback", {}).get("blockReason")
        candidate = (record.get("candidates") or [{}])[0]
        reason = candidate.get("finishReason")
        parts = candidate.get("content", {}).get("parts", [])
        text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise GeneratorFailed(f"Gemini's answer makes no sense: {_named(error)}.") from error
    if blocked:
        raise GeneratorFailed(f"Gemini refused the question: {str(blocked)[:100]}.")
    if reason not in GOOD_ENDS:
        raise GeneratorFailed(f"Gemini broke its answer off: {str(reason)[:100]}.")
    return text, reason == "STOP"


async def _read(response: httpx.Response) -> bytes:
    data = bytearray()
    async for part in response.aiter_bytes():
        data += part
        if len(data) > MAX_ANSWER_BYTES:
            raise GeneratorFailed("Gemini's answer has no end.")
    return bytes(data)


async def _refusal(response: httpx.Response) -> GeneratorFailed:
    try:
        message = str(json.loads(await _read(response))["error"]["message"])
    except (ValueError, TypeError, KeyError, RecursionError):
        message = "no reason given"
    finally:
        await response.aclose()
    return GeneratorFailed(f"Gemini answered {response.status_code}: {message[:200]}")


def _wait(response: httpx.Response, attempt: int) -> float:
    """Seconds before the next attempt: as told by Retry-After, else doubling, with jitter."""
    try:
        return max(0.0, float(str(response.headers["retry-after"])))
    except (KeyError, ValueError):
        return float(0.25 * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
