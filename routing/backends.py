"""Control calls to the backend of one slot: did it load what the slot is assigned?"""

import threading
import time
from typing import Any

import httpx
from django.conf import settings

from retrieval import manifest
from retrieval.errors import IndexDamaged, VersionCollected
from retrieval.manifest import Manifest
from retrieval.messages import worded
from routing.errors import LoadFailed, VersionGone
from routing.locks import layout

LOAD_SECONDS = 20.0  # a backend that is being restarted is back well within this
CALL_SECONDS = 10.0
RETRY_SECONDS = 0.05
EXPECTED = {"X-Purpose": "gate"}  # control calls are never logged as people's questions


_clients: dict[str, httpx.Client] = {}
_making = threading.Lock()


def client(slot: str) -> httpx.Client:
    """This process's connections to one slot's backend: kept, since to make a client costs most.

    Proxies of the environment are not for loopback.
    """
    url = settings.BACKEND_URLS[slot]
    with _making:
        if url not in _clients:
            _clients[url] = httpx.Client(
                base_url=url,
                timeout=CALL_SECONDS,
                headers=EXPECTED,
                trust_env=False,
                # To read the certificates for nothing takes 0.1 to 0.3 s, out of an edit's second.
                verify=url.startswith("https:"),
            )
        return _clients[url]


def close() -> None:
    """Ends the connections that are kept; the next call makes new ones."""
    while _clients:
        _clients.popitem()[1].close()


def answers(slot: str, timeout: float) -> None:
    """Raises httpx.TransportError unless the backend says anything at all."""
    client(slot).get("/health", timeout=timeout)


def health(slot: str, *, timeout: float = CALL_SECONDS) -> dict[str, Any]:
    """What the backend serves now; LoadFailed when it does not answer, or has nothing."""
    try:
        return _body(slot, client(slot).get("/health", timeout=timeout))
    except httpx.TransportError as error:
        raise LoadFailed(
            worded("Backend %(slot)s does not answer: %(error)s", slot=slot, error=str(error))
        ) from error


def loaded(slot: str, number: int, timeout: float = LOAD_SECONDS) -> dict[str, Any]:
    """The health of a slot that answers from the version, once it agrees with the manifest.

    A backend that is down is tried again until `timeout` (seconds): it may be restarting. One
    that answers with something else is believed at once. Raises LoadFailed or VersionGone.
    """
    expected = _manifest(number)
    report = _first_answer(slot, number, timeout)
    _agree(slot, report, expected)
    return report


def _first_answer(slot: str, number: int, timeout: float) -> dict[str, Any]:
    deadline = time.monotonic() + timeout
    expected = {"X-Expect-Version": str(number)}
    while True:
        try:
            answer = client(slot).get(
                "/health", headers=expected, timeout=min(timeout, CALL_SECONDS)
            )
            return _body(slot, answer)
        except httpx.TransportError as error:
            if time.monotonic() >= deadline:
                raise LoadFailed(
                    worded(
                        "Backend %(slot)s did not answer within %(seconds)s s: %(error)s",
                        slot=slot,
                        seconds=f"{timeout:g}",
                        error=str(error),
                    )
                ) from error
        time.sleep(RETRY_SECONDS)


def _body(slot: str, answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError as error:
        raise LoadFailed(
            worded(
                "Backend %(slot)s answered %(status)s, not in JSON.",
                slot=slot,
                status=answer.status_code,
            )
        ) from error
    if answer.status_code != httpx.codes.OK:
        detail = body.get("detail", "") if isinstance(body, dict) else ""
        raise LoadFailed(
            worded(
                "Backend %(slot)s answered %(status)s: %(detail)s",
                slot=slot,
                status=answer.status_code,
                detail=detail,
            )
        )
    if not isinstance(body, dict):
        raise LoadFailed(worded("Backend %(slot)s answered JSON that is no object.", slot=slot))
    return body


def _manifest(number: int) -> Manifest:
    try:
        return manifest.read(layout(), number)
    except VersionCollected as error:
        raise VersionGone(
            worded("The index of #%(number)s is no longer kept.", number=number)
        ) from error
    except IndexDamaged as error:
        raise LoadFailed(
            worded("#%(number)s can't be loaded: %(error)s", number=number, error=str(error))
        ) from error


def _agree(slot: str, report: dict[str, Any], expected: Manifest) -> None:
    wanted: dict[str, Any] = {
        "version": expected.number,
        "documents": expected.documents,
        "chunks": expected.chunks,
        "digest": expected.digest,
        "fingerprint": expected.fingerprint.as_dict(),
    }
    differing = [name for name, value in wanted.items() if report.get(name) != value]
    if differing:
        told = "; ".join(f"{name} {report.get(name)!r}, not {wanted[name]!r}" for name in differing)
        raise LoadFailed(
            worded(
                "Backend %(slot)s loaded something else than #%(number)s: %(differing)s.",
                slot=slot,
                number=expected.number,
                differing=told,
            )
        )
