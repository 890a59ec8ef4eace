"""Replays a history of edits twice: step by step, and at any step from nothing elsewhere.

Step by step is how an installation lives: each version upon the one before, compaction taken up,
collection in between. From nothing is one build of the same texts by an installation that never
saw anything else: no knowledge, no versions, other indices. Only the embedding cache is shared,
so that it costs little.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction

from builder import collection, compaction
from knowledge import revisions
from knowledge.models import Document, Revision
from retrieval.chunking import split
from retrieval.index import Index
from routing.models import DeploymentVersion
from tests.builder.versions import answers, built, serve
from tests.real_history import Operation


class Replay:
    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.seen: set[str] = set()
        self.compactions = 0
        self._fresh = 0

    def step(self, operations: Iterable[Operation]) -> Index:
        """The version after these edits; AssertionError when it embedded what it had seen."""
        for operation in operations:
            self._apply(*operation)
        index, made = built()
        held = {chunk.embedded_text for text in self.texts.values() for chunk in split(text)}
        assert made.computed == len(held - self.seen)
        self.seen |= held
        serve(index.manifest.number)
        before = settings.INDICES_DIR.joinpath("compaction.json")
        stood = before.stat().st_ino if before.exists() else None
        compaction.compact()
        self.compactions += before.exists() and before.stat().st_ino != stood
        collection.collect()
        return index

    def _apply(self, kind: str, path: str, argument: str) -> None:
        if kind == "write":
            self.texts[path] = argument
            revisions.save(path, argument, actor="alice", door="api")
            return
        text = self.texts.pop(path)
        revisions.delete(path, actor="alice", door="api")
        if kind == "rename":
            self._apply("write", argument, text)

    def compare(self, index: Index, count: int = 12) -> None:
        """The same documents, texts, order and scores, to the bit."""
        queries = questions(self.texts, count)
        stepwise = answers(index, queries)
        with self._from_nothing() as fresh:
            assert shas(index) == shas(fresh)
            assert len(fresh.manifest.segments) <= 1
            asked = [f"{query} ({half})" for query in queries for half in ("both halves", "words")]
            pairs = zip(asked, stepwise, answers(fresh, queries), strict=True)
            for question, ours, theirs in pairs:
                assert ours == theirs, question

    @contextmanager
    def _from_nothing(self) -> Iterator[Index]:
        self._fresh += 1
        ours = settings.INDICES_DIR
        settings.INDICES_DIR = ours.with_name(f"fresh{self._fresh}")
        settings.INDICES_DIR.mkdir()
        (settings.INDICES_DIR / "embeddings.sqlite3").symlink_to(ours / "embeddings.sqlite3")
        try:
            with transaction.atomic():
                Document.objects.update(revision=None)
                for model in (Revision, Document, DeploymentVersion):
                    model.objects.all()._raw_delete("default")
                for path in sorted(self.texts, reverse=True):
                    revisions.save(path, self.texts[path], actor="bob", door="api")
                fresh, made = built()
                assert (made.computed, fresh.manifest.parent) == (0, None)
                yield fresh
                transaction.set_rollback(True)
        finally:
            settings.INDICES_DIR = ours


def shas(index: Index) -> dict[str, str]:
    return {path: sha256 for path, (_, sha256) in index.revisions().items()}


def questions(texts: dict[str, str], count: int) -> list[str]:
    """Out of the documents themselves, spread over them; and one of words that many hold."""
    paths = sorted(texts, key=lambda path: hashlib.sha256(path.encode()).digest())
    found = ["the le la de and et"]
    for number, path in enumerate(paths[:count]):
        chunks = split(texts[path])
        if chunks:
            chunk = chunks[number % len(chunks)]
            found.append(" ".join(texts[path][chunk.start : chunk.end].split()[:12])[:400])
    return found
