"""Which edit is between two versions: the documents that differ, who saved them, which did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from builder.bisecting import Break, Wish
from builder.edits import latest
from knowledge.models import Revision
from retrieval.index import Index
from routing import differences
from routing.differences import Differences
from routing.locks import layout


@dataclass(frozen=True, slots=True)
class Edit:
    """One document that differs. `is_suspect`: its text explains why the answer is bad."""

    path: str
    what: str
    saved: str
    is_cited: bool
    is_suspect: bool

    def __str__(self) -> str:
        return f"{self.path} ({self.what}{self.saved})"


def edits(found: Break, wish: Wish) -> list[Edit]:
    """What differs between the two, the likeliest first; RetrievalError when one can't be read."""
    good = Index.open(layout(), found.good.number)
    bad = Index.open(layout(), found.bad.number)
    differing = differences.between(found.good.number, found.bad.number)
    rows = [
        _edit(path, what, good, bad, found, wish) for path, what in _named(differing) if differing
    ]
    return sorted(rows, key=lambda edit: (not edit.is_suspect, not edit.is_cited, edit.path))


def _named(differing: Differences | None) -> list[tuple[str, str]]:
    if differing is None:
        return []
    kinds = (("edited", differing.changed), ("added", differing.added),
             ("removed", differing.removed))  # fmt: skip
    return [(path, what) for what, paths in kinds for path in paths]


def _edit(path: str, what: str, good: Index, bad: Index, found: Break, wish: Wish) -> Edit:
    before, after = _text(good, path), _text(bad, path)
    answers = (found.good.answer, found.bad.answer)
    cited = {citation["document"] for answer in answers for citation in answer["citations"]}
    suspect = (
        path in wish.cites
        or any(_holds(before, words) and not _holds(after, words) for words in wish.contains)
        or any(_holds(after, words) and not _holds(before, words) for words in wish.lacks)
    )
    return Edit(path, what, _saved(path, good, bad), path in cited, suspect)


def _text(index: Index, path: str) -> str:
    found = index.document(path)
    return found[1] if found else ""


def _holds(text: str, words: str) -> bool:
    return words.casefold() in text.casefold()


def _saved(path: str, good: Index, bad: Index) -> str:
    """By whom, through which door and when, of every revision after the good version's."""
    held_before, held_after = good.document(path), bad.document(path)
    rows = Revision.objects.filter(path=path).order_by("number")
    if held_before is not None:
        rows = rows.filter(number__gt=held_before[0].revision)
    if held_after is not None:
        rows = rows.filter(number__lte=held_after[0].revision)
    else:
        rows = rows.filter(deleted=True)[:1]
    told = [
        f"revision {row.number} by {_how(row.saved_by, row.door, row.saved_at)}" for row in rows
    ]
    if held_after is None and not told:
        told = [
            f"moved to {edit.moved_to} by {_how(edit.saved_by, edit.door, edit.saved_at)}"
            for edit in latest([path])
            if edit.moved_to
        ]
    return "".join(f"; {each}" for each in told)


def _how(actor: str, door: str, when: datetime) -> str:
    return f"{actor} through the door {door} at {when:%Y-%m-%d %H:%M:%S}"


def told(found: Break, wish: Wish, rows: Sequence[Edit]) -> str:
    """The sentence that an operator is told, and below it each document on its line."""
    first = f"#{found.good.number} was the last good, #{found.bad.number} the first bad"
    if not rows:
        return f"{first}. No document differs: the index itself was made in another way."
    suspects = [edit for edit in rows if edit.is_suspect]
    listed = [f"  {edit}{' ← this one did it' if len(suspects) == 1 and edit.is_suspect else ''}"
              for edit in rows]  # fmt: skip
    return "\n".join([f"{first}: changed by {_who(suspects or rows)}: documents", *listed])


def _who(rows: Sequence[Edit]) -> str:
    latest = [edit.saved.rpartition(" by ")[2] for edit in rows if edit.saved]
    return "; ".join(dict.fromkeys(latest)) or "nobody whom the history names"
