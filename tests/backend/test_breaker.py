"""When a provider that fails is asked again."""

from backend.breaker import FAILURES, REST_SECONDS, Breaker


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_it_refuses_after_failures_in_a_row_alone() -> None:
    breaker = Breaker(Clock())
    for _ in range(FAILURES - 1):
        breaker.failed("500")
    breaker.succeeded()
    for _ in range(FAILURES - 1):
        breaker.failed("503")
        assert not breaker.refuses()
    breaker.failed("429")
    assert breaker.refuses()
    assert breaker.reason == "429"


def test_after_its_rest_one_question_is_let_through_and_decides() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed("500")
    clock.seconds += REST_SECONDS
    assert [breaker.refuses() for _ in range(3)] == [False, True, True]
    breaker.failed("500")
    assert breaker.refuses()
    clock.seconds += REST_SECONDS
    assert not breaker.refuses()
    breaker.succeeded()
    assert [breaker.refuses() for _ in range(3)] == [False] * 3
