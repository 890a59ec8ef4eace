"""Proves on the loaded candidate that what was deleted is gone and what was saved is found.

By the lexical half alone: it is free and exact, so a proof that fails is never a matter of taste.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from builder.difference import Difference
from builder.questioning import Questioning
from builder.report import Check
from retrieval.index import Index

MOST = 200  # proofs a build
TOP = 10
DEEP = 50  # as many results as a search gives

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sought:
    """A saved document: it is found in a chunk of its own, or in one that says the same."""

    path: str
    texts: frozenset[str]

    def is_in(self, hits: Sequence[dict[str, Any]]) -> bool:
        return any(hit["document"] == self.path or hit["text"] in self.texts for hit in hits)


@dataclass(slots=True)
class Proofs:
    """One candidate's. `served` is what is served until now; None when there is nothing."""

    asked: Questioning
    candidate: Index
    served: Index | None
    reachable: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    exempt: list[str] = field(default_factory=list)

    def run(self, difference: Difference, digest: str, report: Report) -> list[Check]:
        """Both checks, over a sample that the digest chooses when there are many changes."""
        removed, written = set(difference.removed), set(difference.written)
        sample = sampled([*difference.removed, *difference.written], digest)
        for done, path in enumerate(sample, start=1):
            if path in removed:
                self._prove_deletion(path)
            else:
                self._prove_insertion(path)
            report(done, len(sample))
        proved = removed.intersection(sample), written.intersection(sample)
        return [
            self._deletion(len(proved[0]), len(removed)),
            self._insertion(len(proved[1]), len(written)),
        ]

    def _prove_deletion(self, path: str) -> None:
        words = self.served.rarest_terms(path) if self.served else []
        hits = self.asked.search(" ".join(words), DEEP) if words else []
        if self.asked.holds(path) or any(hit["document"] == path for hit in hits):
            self.reachable.append(path)

    def _prove_insertion(self, path: str) -> None:
        chunks = self.candidate.chunks(path)
        words = self.candidate.rarest_terms(path)
        sought = Sought(path, frozenset(chunk.text for chunk in chunks))
        if not words:
            self.exempt.append(path)
            if not self.asked.holds(path):
                self.missing.append(path)
        elif not sought.is_in(self.asked.search(" ".join(words), TOP)):
            self._prove_by_one_word(sought, words)

    def _prove_by_one_word(self, sought: Sought, words: Sequence[str]) -> None:
        """Among many alike a document may rank low for its own words, and be whole.

        Then a single word decides: fewer results than were asked for are all that hold the word,
        and the document, which holds it, must be among them. Where every word of it is as common
        as that, nothing can be proved, and it is listed as exempt.
        """
        for word in words:
            hits = self.asked.search(word, DEEP)
            if sought.is_in(hits):
                return
            if len(hits) < DEEP:
                self.missing.append(sought.path)
                return
        self.exempt.append(sought.path)

    def _deletion(self, proved: int, of: int) -> Check:
        gone = proved - len(self.reachable)
        detail = f"{gone} of {proved} deleted documents are out of reach{_sampled(proved, of)}."
        return Check(
            "deletion", not self.reachable, gone, proved,
            detail + _named("Still reached", self.reachable), tuple(self.reachable),
        )  # fmt: skip

    def _insertion(self, proved: int, of: int) -> Check:
        found = proved - len(self.missing)
        detail = (
            f"{found} of {proved} saved documents are found{_sampled(proved, of)}."
            + _named("Not found by their own words", self.missing)
            + _named("No words of their own to be found by", self.exempt)
        )
        return Check(
            "insertion", not self.missing, found, proved, detail,
            tuple(self.missing or self.exempt),
        )  # fmt: skip


def sampled(paths: Sequence[str], digest: str) -> list[str]:
    """At most MOST of them; the digest chooses, so a second run of the gate proves the same."""
    if len(paths) <= MOST:
        return list(paths)
    return sorted(paths, key=lambda path: hashlib.sha256(f"{digest}{path}".encode()).digest())[
        :MOST
    ]


def _sampled(proved: int, of: int) -> str:
    return f" (a sample of {of})" if proved < of else ""


def _named(what: str, paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    return f" {what}: {shown}." if paths else ""
