"""A provider's quotas are kept over processes, restarts and its own word of when to come back."""

import pytest

from retrieval.embedders.gemini import GeminiEmbedder
from retrieval.embedders.pace import BudgetSpent, Pace, Quota
from tests.gemini_server import EMBED_MODEL, GeminiServer

NOON = 1_800_014_400.0  # 12:00 UTC


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(tmp_path, clock):
    def made(**quota):
        return Pace(tmp_path / "pace.json", Quota(**quota), clock, clock.sleep)

    return made


def sent(pace, clock, calls, *, texts=1, characters=0):
    """The seconds at which so many calls could be made."""
    times = []
    for _ in range(calls):
        pace.wait(texts, characters)
        times.append(clock.now - NOON)
    return times


def test_never_more_than_the_quota_in_any_minute(pace, clock):
    assert sent(pace(requests=2), clock, 5) == [0, 0, 60, 60, 120]


def test_each_text_of_a_call_counts(pace, clock):
    assert sent(pace(texts=100), clock, 4, texts=50) == [0, 0, 60, 60]


def test_tokens_count_and_what_is_over_the_quota_alone_goes_alone(pace, clock):
    assert sent(pace(tokens=100), clock, 3, characters=3_000) == [0, 60, 120]


def test_a_call_holds_no_more_texts_than_a_minute_allows(pace):
    assert pace(texts=40).most_texts(100) == 40
    assert pace(requests=1).most_texts(100) == 100


def test_another_process_shares_the_quota(pace, clock):
    assert sent(pace(texts=10), clock, 1, texts=10) == [0]
    assert sent(pace(texts=10), clock, 1, texts=10) == [60]


def test_no_process_calls_while_the_provider_wants_rest(pace, clock):
    pace(requests=9).refused(1, rest=7.5)
    assert sent(pace(requests=9), clock, 2) == [7.5, 7.5]


def test_the_days_budget_is_kept_until_midnight(pace, clock):
    budget = pace(texts_a_day=5)
    budget.wait(3, 0)
    with pytest.raises(BudgetSpent, match="EMBEDDINGS_PER_DAY is 5") as spent:
        budget.wait(3, 0)
    assert spent.value.after == 12 * 3600
    budget.wait(2, 0)
    clock.now += 12 * 3600
    assert sent(budget, clock, 1, texts=5) == [12 * 3600]


def test_what_was_refused_is_not_taken_off_the_budget(pace):
    budget = pace(texts_a_day=5)
    budget.wait(5, 0)
    budget.refused(5)
    budget.wait(5, 0)


def test_a_file_that_is_none_forgets_what_was_sent(pace, tmp_path, clock):
    (tmp_path / "pace.json").write_text("[1, 2")
    assert sent(pace(requests=1), clock, 1) == [0]


def test_the_embedder_waits_as_the_provider_says_and_keeps_its_quota(pace, clock):
    texts = [f"text {number}" for number in range(25)]
    with GeminiServer() as server:
        embedder = GeminiEmbedder(
            server.key, server.embed_url, model=EMBED_MODEL, dimensions=8,
            pace=pace(texts=10), first_backoff=0.001,
        )  # fmt: skip
        server.fail(429, retry_delay="1s")
        assert embedder.embed_documents(texts).shape == (25, 8)
        embedder.close()
    assert [len(call.texts) for call in server.calls] == [10, 10, 10, 5]
    assert clock.now - NOON == pytest.approx(180)
