"""What of the embedded questions is remembered."""

import threading

import numpy as np
import pytest

from backend.known_vectors import KnownVectors


def vector(value: float) -> np.ndarray:
    return np.full(3, value, dtype=np.float32)


def test_the_least_lately_asked_is_forgotten() -> None:
    known = KnownVectors(most=2)
    known.put("gemini:a:3", "one", vector(1))
    known.put("gemini:a:3", "two", vector(2))
    assert known.get("gemini:a:3", "one") is not None
    known.put("gemini:a:3", "three", vector(3))
    assert known.get("gemini:a:3", "two") is None
    assert known.get("gemini:a:3", "one") is not None


def test_each_embedder_has_its_own() -> None:
    known = KnownVectors()
    known.put("gemini:a:3", "one", vector(1))
    assert known.get("gemini:b:3", "one") is None


def test_nobody_can_change_what_others_are_given() -> None:
    known = KnownVectors()
    known.put("gemini:a:3", "one", vector(1))
    with pytest.raises(ValueError, match="read-only"):
        known.get("gemini:a:3", "one")[0] = 2  # type: ignore[index]


def test_many_threads_may_ask_at_once() -> None:
    known = KnownVectors(most=5)

    def ask(start: int) -> None:
        for turn in range(2_000):
            name = str((start + turn) % 9)
            known.put("gemini:a:3", name, vector(float(name)))
            found = known.get("gemini:a:3", name)
            assert found is None or found[0] == float(name)

    failures: list[BaseException] = []

    def checked(start: int) -> None:
        try:
            ask(start)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=checked, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
