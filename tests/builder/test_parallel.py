"""Embedding on several cores gives the bits that one gives."""

import os
import signal

import numpy as np
import pytest

from builder import parallel
from builder.parallel import Parallel
from retrieval.embedders import EmbedderSettings, preferred

TEXTS = [f"How is volume {number} of the cluster backed up?" for number in range(24)]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(parallel, "BATCH", 16)


def test_it_gives_the_same_bits_also_when_its_processes_die(caplog):
    local = preferred(EmbedderSettings())
    with Parallel(local) as embedder:
        assert np.array_equal(embedder.embed_documents(TEXTS), local.embed_documents(TEXTS))
        for pid in list(embedder._pool._processes):
            os.kill(pid, signal.SIGKILL)
        assert np.array_equal(embedder.embed_documents(TEXTS), local.embed_documents(TEXTS))
    assert "died" in caplog.text


def test_it_starts_no_process_for_a_few_texts():
    with Parallel(preferred(EmbedderSettings())) as embedder:
        embedder.embed_documents(TEXTS[:15])
        assert embedder._pool is None
