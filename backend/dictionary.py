"""The words of English and French: one of them is never taken for a slip of the keys."""

import gzip
import json
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

LANGUAGES = ("en", "fr")


def holds(word: str) -> bool:
    """Whether it is one, in lower case or not; of some hundred million others, one is by chance."""
    known = _hashes()
    wanted = hash(word.casefold())
    place = int(np.searchsorted(known, wanted))
    return place < len(known) and int(known[place]) == wanted


@lru_cache(maxsize=1)
def _hashes() -> npt.NDArray[np.int64]:
    """Of all the words, ascending: 2 MB for 300,000, of which the words themselves would take 50.

    Read when it is first needed, in some 0.2 s.
    """
    lists = files("spellchecker") / "resources"
    found: set[int] = set()
    for language in LANGUAGES:
        packed = (lists / f"{language}.json.gz").read_bytes()
        found.update(map(hash, json.loads(gzip.decompress(packed))))
    return np.sort(np.fromiter(found, np.int64, len(found)))
