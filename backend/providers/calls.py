"""Calls a provider's chat model, whole or streamed, and turns all that can go wrong into ours."""

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from backend.errors import GeneratorFailed, GeneratorRefused, GeneratorTimeout
from backend.prompt import Prompt

ATTEMPTS = 3
# In seconds, and at most half the time-out: told to wait longer, we tell the person instead.
LONGEST_WAIT = 5.0
TRANSIENT = (408, 429, 500, 502, 503, 504)
MAX_ANSWER_BYTES = 4 * 1024 * 1024
STREAM_TIMEOUTS = 4  # a stream that goes on may take this many times the time-out
# By these alone is a 400 about the question: a wrong key or setting is one as well, of all of them.
ABOUT_THE_QUESTION = ("content_filter", "content_policy_violation")


class Trouble(Exception):
    """An error that the provider tells as a record, in the middle of a stream of status 200."""


class Format(Protocol):
    """How a provider is spoken to. `timeout` (seconds) bounds an answer, and a stream's silence."""

    @property
    def provider(self) -> str:
        """Its name, for messages."""
        ...

    @property
    def model(self) -> str: ...

    @property
    def timeout(self) -> float: ...

    @property
    def headers(self) -> dict[bytes, bytes]:
        """As bytes: the provider then refuses a key with a letter outside ASCII, not the client."""
        ...

    def url(self, *, stream: bool) -> str: ...

    def payload(self, prompt: Prompt, *, stream: bool) -> dict[str, Any]: ...

    def read_whole(self, record: Any) -> tuple[str, str | None]:
        """The text of an answer, and how it ended: "" as it should, None when that isn't told, else
        why it has no whole answer to this question. Raises Trouble."""
        ...

    def read_piece(self, record: Any) -> tuple[str, str | None]:
        """The same of one record of a stream."""
        ...


class Calls:
    """One model of one provider."""

    def __init__(self, format: Format) -> None:
        self._format = format
        self._client = httpx.AsyncClient(
            headers=format.headers,
            timeout=httpx.Timeout(format.timeout, connect=min(5.0, format.timeout)),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def generate(self, prompt: Prompt) -> str:
        """The whole text of an answer."""
        try:
            async with asyncio.timeout(self._format.timeout), self._post(prompt, False) as response:
                data = await _read(response, self._format.provider)
        except TimeoutError as error:
            raise self._timeout() from error
        text, _ = self._record(data, whole=True)
        if not text.strip():
            raise self._failed("gave an empty answer.")
        return text

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """The pieces of an answer as they come; an end that wasn't declared is a failure."""
        deadline = time.monotonic() + STREAM_TIMEOUTS * self._format.timeout
        ended = False
        async with self._post(prompt, True) as response:
            async for line in _lines(response, self._format.provider):
                if time.monotonic() > deadline:
                    raise self._timeout()
                data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
                if data == b"[DONE]":
                    ended = True
                elif data:
                    text, ends = self._record(data, whole=False)
                    ended = ended or ends
                    if text:
                        yield text
        if not ended:
            raise self._failed("broke its answer off before its end.")

    def _record(self, data: str | bytes, *, whole: bool) -> tuple[str, bool]:
        try:
            read = self._format.read_whole if whole else self._format.read_piece
            text, end = read(json.loads(data))
        except Trouble as error:
            raise self._failed(f"gave no whole answer: {str(error)[:100]}.") from error
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            raise self._failed(f"gave an answer that makes no sense: {_named(error)}.") from error
        if end:
            raise self._refused(f"gave no whole answer: {end[:100]}.")
        return text, end == ""

    @asynccontextmanager
    async def _post(self, prompt: Prompt, stream: bool) -> AsyncIterator[httpx.Response]:
        """A response of status 200; what may pass by itself is tried again."""
        try:
            response = await self._accepted(prompt, stream)
            try:
                yield response
            finally:
                await response.aclose()
        except httpx.TimeoutException as error:
            raise self._timeout() from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed(f"can't be reached: {_named(error)}.") from error

    async def _accepted(self, prompt: Prompt, stream: bool) -> httpx.Response:
        url = self._format.url(stream=stream)
        payload = self._format.payload(prompt, stream=stream)
        longest = min(LONGEST_WAIT, self._format.timeout / 2)
        for attempt in range(1, ATTEMPTS + 1):
            request = self._client.build_request("POST", url, json=payload)
            response = await self._client.send(request, stream=True)
            if response.status_code == httpx.codes.OK:
                return response
            refusal = await _refusal(response, self._format.provider)
            wait = _wait(response, refusal.delay, attempt)
            if response.status_code not in TRANSIENT or attempt == ATTEMPTS or wait > longest:
                told = self._refused if refusal.code in ABOUT_THE_QUESTION else self._failed
                raise told(f"answered {response.status_code}: {refusal.said[:200]}")
            await asyncio.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _failed(self, what: str) -> GeneratorFailed:
        return GeneratorFailed(f"{self._format.provider} {what}")

    def _refused(self, what: str) -> GeneratorRefused:
        return GeneratorRefused(f"{self._format.provider} {what}")

    def _timeout(self) -> GeneratorTimeout:
        return GeneratorTimeout(
            f"{self._format.provider} did not answer within {self._format.timeout:g} s."
        )


async def _lines(response: httpx.Response, provider: str) -> AsyncIterator[bytes]:
    """The lines of a stream, whose bytes may come cut anywhere. At line feeds alone: httpx's own
    reader ends a line at U+2028 too, which JSON may hold as it is."""
    held, length = bytearray(), 0
    async for part in response.aiter_bytes():
        length += len(part)
        if length > MAX_ANSWER_BYTES:
            raise GeneratorFailed(f"{provider}'s answer has no end.")
        *lines, rest = (held + part).split(b"\n")
        for line in lines:
            yield bytes(line)
        held = rest
    yield bytes(held)


async def _read(response: httpx.Response, provider: str) -> bytes:
    data = bytearray()
    async for part in response.aiter_bytes():
        data += part
        if len(data) > MAX_ANSWER_BYTES:
            raise GeneratorFailed(f"{provider}'s answer has no end.")
    return bytes(data)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why, in the provider's words; `code` in OpenAI's, `delay` (seconds to wait) in Google's."""

    said: str
    code: object = None
    delay: float | None = None


async def _refusal(response: httpx.Response, provider: str) -> _Refusal:
    """Google's and OpenAI's errors have their words at the same place."""
    try:
        error = json.loads(await _read(response, provider))["error"]
        return _Refusal(str(error["message"]), error.get("code"), _retry_delay(error))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return _Refusal("no reason given")
    finally:
        await response.aclose()


def _retry_delay(error: Any) -> float | None:
    """Google's RetryInfo: {"@type": "…/google.rpc.RetryInfo", "retryDelay": "3.5s"}."""
    for detail in error.get("details") or ():
        if isinstance(detail, dict) and "retryDelay" in detail:
            return float(str(detail["retryDelay"]).removesuffix("s"))
    return None


def _wait(response: httpx.Response, told: float | None, attempt: int) -> float:
    """Seconds before the next attempt: as told, Retry-After first, else doubling with jitter."""
    after = str(response.headers.get("retry-after", ""))
    if after.isdecimal():
        return float(after)
    if told is not None:
        return max(0.0, told)
    return float(0.25 * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
