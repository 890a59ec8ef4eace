"""Asks one slot's backend about the version under check.

Every call names the version that it expects, so an answer is of the candidate or an error.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from builder.errors import CannotProve, NothingServed, SlotTaken
from retrieval.messages import worded
from routing import backends, serving

T = TypeVar("T")

LONGEST_QUERY = 4_000  # characters, as the backend takes
WRONG_VERSION = 421
RESTART_SECONDS = 20.0
RETRY_SECONDS = 0.05
TRIES = 3  # while others switch


class Questioning:
    """Calls to the backend of `slot`, which must answer from version `number`; from any thread.

    Each raises SlotTaken when the slot holds another version by now, and CannotProve when the
    backend gives no answer that says anything about this one.
    """

    def __init__(self, slot: str, number: int) -> None:
        self.slot = slot
        self.number = number
        self._client = backends.client(slot)
        self._headers = {"X-Expect-Version": str(number)}

    def search(self, words: str, k: int) -> list[dict[str, Any]]:
        """The best k chunks by the lexical half alone, best first."""
        query = {"q": words[:LONGEST_QUERY], "k": str(k), "retrieval": "lexical"}
        answer = self._get("/search", params=query)
        if answer.status_code != httpx.codes.OK:
            raise CannotProve(self._told(answer))
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def holds(self, path: str) -> bool:
        """Whether the version has a document at this path."""
        answer = self._get(f"/sources/{quote(path)}")
        if answer.status_code not in (httpx.codes.OK, httpx.codes.NOT_FOUND):
            raise CannotProve(self._told(answer))
        return answer.status_code == httpx.codes.OK

    def ask(self, question: str, seconds: float) -> dict[str, Any]:
        """The answer in the documents' own words, as reports keep it, within so many seconds."""
        return _kept(self.whole_answer(question, seconds))

    def whole_answer(self, question: str, seconds: float) -> dict[str, Any]:
        """The same, with all that the backend says."""
        call = {"json": {"question": question}, "timeout": seconds}
        answer = self._call("POST", "/ask", seconds, **call)
        if answer.status_code != httpx.codes.OK:
            raise CannotProve(self._told(answer))
        whole: dict[str, Any] = answer.json()
        return whole

    def _get(self, url: str, **keywords: Any) -> httpx.Response:
        return self._call("GET", url, RESTART_SECONDS, **keywords)

    def _call(self, method: str, url: str, seconds: float, **keywords: Any) -> httpx.Response:
        """The answer, from a backend that may be restarting at this moment."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = self._client.request(method, url, headers=self._headers, **keywords)
                break
            except httpx.TransportError as error:
                if time.monotonic() >= deadline:
                    raise CannotProve(
                        worded(
                            "Backend %(slot)s did not answer %(url)s in %(seconds)s s: %(error)s",
                            slot=self.slot,
                            url=url,
                            seconds=f"{seconds:g}",
                            error=repr(error),
                        )
                    ) from error
            time.sleep(RETRY_SECONDS)
        if answer.status_code == WRONG_VERSION:
            raise SlotTaken(f"Slot {self.slot} was given another version during its checks.")
        return answer

    def _told(self, answer: httpx.Response) -> str:
        return worded(
            "Backend %(slot)s answered %(url)s with %(status)s: %(text)s",
            slot=self.slot,
            url=answer.request.url.path,
            status=answer.status_code,
            text=answer.text[:300],
        )


def of_what_is_served(ask: Callable[[Questioning], T]) -> tuple[T, int]:
    """What `ask` makes of the active version, and its number.

    Raises NothingServed, or CannotProve when the backend gives no answer.
    """
    for _ in range(TRIES):
        pointer = serving.read_pointer()
        if pointer is None:
            raise NothingServed(worded("Nothing is served yet: there is nothing to try it on."))
        try:
            return ask(Questioning(pointer.slot, pointer.version)), pointer.version
        except SlotTaken:
            continue  # someone switched between our look and the question
    raise CannotProve(worded("Other versions went live while it was asked. Try it again."))


def _kept(answer: dict[str, Any]) -> dict[str, Any]:
    """What of an answer tells it from another: no scores, no numbers of versions."""
    fields = ("document", "revision", "title", "section", "quote")
    return {
        "answer": answer["answer"],
        "answered": answer["answered"],
        "citations": [{name: each[name] for name in fields} for each in answer["citations"]],
    }
