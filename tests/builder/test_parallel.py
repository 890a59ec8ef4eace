"""Embedding and splitting on several cores give what one gives."""

import os
import signal

import numpy as np
import pytest

from builder import parallel
from builder.parallel import Parallel, Splitting
from retrieval.chunking import split
from retrieval.embedders import EmbedderSettings, preferred

TEXTS = [f"How is volume {number} of the cluster backed up?" for number in range(24)]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(parallel, "BATCH", 16)
    monkeypatch.setattr(parallel, "MANY", 16)
    monkeypatch.setattr(parallel, "processes", lambda: 2)


def test_it_gives_the_same_bits_also_when_its_processes_die(caplog):
    local = preferred(EmbedderSettings())
    with Parallel(local) as embedder:
        assert np.array_equal(embedder.embed_documents(TEXTS), local.embed_documents(TEXTS))
        for pid in list(embedder._pool._processes):
            os.kill(pid, signal.SIGKILL)
        assert np.array_equal(embedder.embed_documents(TEXTS), local.embed_documents(TEXTS))
    assert "died" in caplog.text


def test_it_counts_the_cores_also_where_the_system_names_none(monkeypatch):
    monkeypatch.undo()
    monkeypatch.delattr(os, "sched_getaffinity")  # as on macOS
    assert parallel.processes() == min(os.cpu_count(), parallel.MOST)


def test_it_starts_no_process_for_a_few_texts():
    with Parallel(preferred(EmbedderSettings())) as embedder:
        embedder.embed_documents(TEXTS[:15])
        assert not embedder.is_started


BODIES = [f"# Volume {number}\n\nIt is backed up.\n\n- daily\n- weekly\n" for number in range(24)]


def test_it_splits_alike_also_when_its_processes_die(caplog):
    alone = [tuple(split(body)) for body in BODIES]
    with Splitting(len(BODIES)) as splitting:
        assert splitting.chunks(BODIES) == alone
        assert splitting.is_started
        for pid in list(splitting._pool._processes):
            os.kill(pid, signal.SIGKILL)
        assert splitting.chunks(BODIES) == alone
    assert "died" in caplog.text


def test_it_starts_no_process_for_a_few_documents():
    with Splitting(15) as splitting:
        assert splitting.chunks(BODIES[:15]) == [tuple(split(body)) for body in BODIES[:15]]
        assert not splitting.is_started
