"""What the analysed texts take, which a process keeps for as long as it runs."""

import random
import tracemalloc

from backend import vocabulary

LONGEST_CHUNK = 2_000  # characters
MB = 1_000_000


def test_it_stays_small_also_where_all_that_it_keeps_are_whole_chunks() -> None:
    drawn = random.Random(1)
    words = [f"{drawn.randrange(16**7):07x}" for _ in range(2_000)]
    size = vocabulary.terms.cache_info().maxsize
    assert size is not None
    vocabulary.terms.cache_clear()
    vocabulary.terms(" ".join(words))  # their terms themselves are kept by the analyser
    tracemalloc.start()
    try:
        for _ in range(size + 100):
            vocabulary.terms(" ".join(drawn.sample(words, LONGEST_CHUNK // 8)))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        vocabulary.terms.cache_clear()
    assert kept < 25 * MB
