"""The embedding cache forgets what no kept version needs, the oldest first, and nothing else."""

from contextlib import closing

import numpy as np
import pytest

from builder import pruning, wanted
from builder.pruning import prune
from knowledge import revisions
from retrieval.embeddings import EmbeddingCache
from retrieval.files import locked
from tests.builder.versions import built


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(pruning, "FLOOR", 10)
    monkeypatch.setattr(pruning, "AT_ONCE", 3)


def save(text: str, name: str = "disk") -> None:
    revisions.save(f"{name}.md", f"# {name}\n\n{text}\n", actor="alice", door="api")


@pytest.fixture
def cache(quiet_indices):
    """What two versions need, amid a lot that none does; the older with a document since dead."""
    with closing(EmbeddingCache(quiet_indices.embeddings)) as cache:
        fill(cache, range(20))
        save("First.")
        save("Stays.", "base")
        built()
        fill(cache, range(20, 40))
        save("Second.")
        built()
        yield cache


def fill(cache: EmbeddingCache, numbers: range) -> None:
    texts = [f"needed by none {number}" for number in numbers]
    cache.put(wanted.embedder().name, texts, np.zeros((len(texts), 512), "f4"))


def held(cache: EmbeddingCache) -> list[int]:
    texts = [f"needed by none {number}" for number in range(40)]
    return sorted(int(text.split()[-1]) for text in cache.get(wanted.embedder().name, texts))


def test_no_embedding_that_a_kept_version_needs_is_lost(cache, settings, tmp_path):
    prune()
    assert 10 - 3 <= cache.count() <= 10
    for text in ("First.", "Second."):
        save(text)
        assert built()[1].computed == 0


def test_the_oldest_go_first(cache):
    prune()
    left = held(cache)
    assert left
    assert left == list(range(40))[-len(left) :]


def test_what_is_below_the_bound_stays(cache, monkeypatch):
    monkeypatch.setattr(pruning, "FLOOR", 1000)
    prune()
    assert held(cache) == list(range(40))


def test_it_gives_way_to_a_build(cache, quiet_indices):
    with locked(quiet_indices.build_lock):
        prune()
    assert held(cache) == list(range(40))


def test_a_version_built_while_it_looked_keeps_its_embeddings(cache, quiet_indices, monkeypatch):
    """Pruning has found what is needed; a build takes an old text from the cache; pruning deletes.

    The text is one that no version needed when pruning looked.
    """
    quiet_indices.manifest(1).unlink()  # its "First." is needed by nobody now
    look, looks = pruning._Needed.look, []

    def then_a_build(self):
        look(self)
        looks.append(1)
        if len(looks) == 1:
            save("First.")
            assert built()[1].computed == 0

    monkeypatch.setattr(pruning._Needed, "look", then_a_build)
    prune()
    monkeypatch.undo()
    assert len(looks) > 1
    save("Other.")
    built()
    save("First.")
    assert built()[1].computed == 0


def test_it_makes_no_cache_where_there_is_none(quiet_indices):
    prune()
    assert not quiet_indices.embeddings.exists()
