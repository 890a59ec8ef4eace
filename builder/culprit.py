"""Which edit is between two versions: the documents that differ, who saved them, which did it."""

from collections.abc import Sequence
from dataclasses import dataclass

from builder import edits as edits_of
from builder.bisecting import Break, Wish
from knowledge.models import Revision
from retrieval.index import Index
from routing import differences
from routing.differences import Differences
from routing.locks import layout


@dataclass(frozen=True, slots=True)
class Save:
    """A revision, or a move; `saved_by`: who, through which door and when."""

    what: str
    saved_by: str

    def __str__(self) -> str:
        return f"{self.what} by {self.saved_by}"


@dataclass(frozen=True, slots=True)
class Edit:
    """One document that differs. `is_suspect`: its text explains why the answer is bad."""

    path: str
    what: str
    saves: tuple[Save, ...]
    is_cited: bool
    is_suspect: bool

    @property
    def saved_by(self) -> str:
        """By whom last; "" where the history does not name them."""
        return self.saves[-1].saved_by if self.saves else ""

    def __str__(self) -> str:
        return f"{self.path} ({'; '.join([self.what, *map(str, self.saves)])})"


def edits(found: Break, wish: Wish) -> list[Edit]:
    """What differs between the two, the likeliest first; RetrievalError when one can't be read."""
    good = Index.open(layout(), found.good.number)
    bad = Index.open(layout(), found.bad.number)
    differing = differences.compare(good.revisions(), bad.revisions())
    rows = [_edit(path, what, good, bad, found, wish) for path, what in _named(differing)]
    return sorted(rows, key=lambda edit: (not edit.is_suspect, not edit.is_cited, edit.path))


def _named(differing: Differences) -> list[tuple[str, str]]:
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
    return Edit(path, what, tuple(_saves(path, good, bad)), path in cited, suspect)


def _text(index: Index, path: str) -> str:
    found = index.document(path)
    return found[1] if found else ""


def _holds(text: str, words: str) -> bool:
    return words.casefold() in text.casefold()


def _saves(path: str, good: Index, bad: Index) -> list[Save]:
    """Every revision after the good version's; else, of what is gone, the move."""
    held_before, held_after = good.document(path), bad.document(path)
    rows = Revision.objects.filter(path=path).order_by("number")
    if held_before is not None:
        rows = rows.filter(number__gt=held_before[0].revision)
    if held_after is not None:
        rows = rows.filter(number__lte=held_after[0].revision)
    else:
        rows = rows.filter(deleted=True)[:1]
    found = [Save(f"revision {row.number}", _how(row)) for row in rows]
    if held_after is not None or found:
        return found
    return [Save(f"moved to {edit.moved_to}", _how(edit)) for edit in edits_of.latest([path])
            if edit.moved_to]  # fmt: skip


def _how(edit: Revision | edits_of.Edit) -> str:
    return f"{edit.saved_by} through the door {edit.door} at {edit.saved_at:%Y-%m-%d %H:%M:%S}"


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
    latest = [edit.saved_by for edit in rows if edit.saved_by]
    return "; ".join(dict.fromkeys(latest)) or "nobody whom the history names"
