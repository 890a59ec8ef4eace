"""GET /health: what the two backends themselves say, held against the pointer. No database.

200 only when the active slot's backend answers from the version that the pointer names. The word:
`ok`; `degraded`, when a slot has trouble or only the fallback still answers; `down`, when nothing
does. A slot's state is `active`, `fallback`, `standby` (holds a version that is not served),
`empty`, `wrong_version`, `unreachable`, or what its backend reports (`index_damaged`, …).
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from routing.data_plane.exchange import Answer, json_answer
from routing.data_plane.public_errors import BackendUnavailable, NoVersionYet
from routing.data_plane.upstream import BackendHealth, Upstream
from routing.pointer import Pointer

UNTROUBLED = frozenset({"active", "fallback", "standby", "empty"})


async def ask_backends(upstream: Upstream, slots: tuple[str, ...]) -> dict[str, BackendHealth]:
    answers = await asyncio.gather(*(upstream.health(slot) for slot in slots))
    return dict(zip(slots, answers, strict=True))


def report(
    pointer: Pointer | None,
    backends: Mapping[str, BackendHealth],
    sync: Mapping[str, Any] | None = None,
) -> Answer:
    """`sync`: how far what is served is behind what people saved, where that is known."""
    states = {slot: _state(slot, health, pointer) for slot, health in backends.items()}
    content: dict[str, Any] = {
        "status": _word(states),
        "active": _active(pointer, backends),
        "slots": {
            slot: {"state": state, "version": backends[slot].version}
            for slot, state in states.items()
        },
    }
    if pointer is not None:
        content["epoch"] = pointer.epoch
    if sync is not None:
        content["sync"] = sync
    if "active" in states.values():
        return json_answer(200, content)
    return _unavailable(content, pointer)


def _unavailable(content: dict[str, Any], pointer: Pointer | None) -> Answer:
    error: NoVersionYet | BackendUnavailable = NoVersionYet()
    if pointer is not None:
        error = BackendUnavailable(
            f"Backend {pointer.slot} does not answer from version {pointer.version}."
        )
    content |= {"code": error.code, "detail": error.detail}
    return json_answer(error.status, content, list(error.headers))


def _active(
    pointer: Pointer | None, backends: Mapping[str, BackendHealth]
) -> dict[str, Any] | None:
    if pointer is None:
        return None
    health = backends[pointer.slot]
    counts = health.content if health.serves(pointer.version) else {}
    return {
        "slot": pointer.slot,
        "version": pointer.version,
        "documents": counts.get("documents"),
        "chunks": counts.get("chunks"),
        "since": pointer.since,
    }


def _word(states: Mapping[str, str]) -> str:
    if "active" not in states.values():
        return "degraded" if "fallback" in states.values() else "down"
    return "ok" if UNTROUBLED.issuperset(states.values()) else "degraded"


def _state(slot: str, health: BackendHealth, pointer: Pointer | None) -> str:
    if health.status is None:
        return "unreachable"
    if health.status != 200:
        code = str(health.content.get("code", "failing"))
        return "empty" if code == "no_version" else code
    if pointer is not None and slot == pointer.slot:
        return "active" if health.version == pointer.version else "wrong_version"
    fallback = pointer.fallback if pointer is not None else None
    if fallback is not None and fallback.slot == slot and health.version == fallback.version:
        return "fallback"
    return "standby"
