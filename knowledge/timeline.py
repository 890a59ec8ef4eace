"""A document's history as people read it: what each revision did, and to which one it belongs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from knowledge.models import Revision

Words = str | Promise
NOTED_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Event:
    revision: Revision
    before: Revision | None  # what was there before it; None: nothing was
    kind: str
    words: Words
    is_live: bool

    @property
    def icon(self) -> str:
        return _ICONS[self.kind]


_ICONS = {
    "created": "add_circle",
    "edited": "edit",
    "deleted": "delete",
    "restored": "restore",
    "moved": "drive_file_move",
    "merged": "merge",
    "lost": "call_split",
}
# A note is kept in English, whoever wrote it; these are the ones that are written.
_NOTED: tuple[tuple[str, re.Pattern[str], Words], ...] = (
    (
        "merged",
        re.compile(r"Merged revisions (?P<n>\d+) and (?P<m>\d+)"),
        gettext_lazy("Merged revisions %(n)s and %(m)s"),
    ),
    (
        "created",
        re.compile(r"Created for the question “(?P<question>.*)”", re.S),
        gettext_lazy("Created for the question “%(question)s”"),
    ),
    (
        "restored",
        re.compile(r"Restored from revision (?P<n>\d+)"),
        gettext_lazy("Restored from revision %(n)s"),
    ),
    (
        "restored",
        re.compile(r"Restored from revision (?P<n>\d+) of (?P<path>.*)", re.S),
        gettext_lazy("Restored from revision %(n)s of %(path)s"),
    ),
)
_KNOWN: dict[str, Words] = {
    "created": pgettext_lazy("event", "Created"),
    "edited": pgettext_lazy("event", "Edited"),
    "deleted": pgettext_lazy("event", "Deleted"),
    "restored": pgettext_lazy("event", "Created again"),
}


def events(revisions: Sequence[Revision], older: Revision | None = None) -> list[Event]:
    """Of revisions in a row, newest first; `older` is the one before the last of them."""
    befores = [*revisions[1:], older]
    return [_event(each, _before(befores[n:])) for n, each in enumerate(revisions)]


def written_for(question: str) -> str:
    """The note of a document that is written for a question."""
    words = " ".join(question.split())
    if not words:
        return ""
    short = words if len(words) <= NOTED_CHARACTERS else f"{words[:NOTED_CHARACTERS]}…"
    return f"Created for the question “{short}”"


def _before(older: Iterable[Revision | None]) -> Revision | None:
    """The one before, other than texts that never were live."""
    return next((each for each in older if each is None or not each.conflict), None)


def _event(revision: Revision, before: Revision | None) -> Event:
    kind = _kind(revision, before)
    is_live = revision.document.revision_id == revision.pk
    return Event(revision, before, kind, _words(revision, before, kind), is_live)


def _kind(revision: Revision, before: Revision | None) -> str:
    if revision.deleted:
        return "deleted"
    if revision.note:
        return next((kind for kind, note, _ in _NOTED if note.match(revision.note)), "restored")
    if revision.conflict:
        return "lost"
    if before is None:
        return "created"
    if before.deleted:
        return "restored"
    return "moved" if before.path != revision.path else "edited"


def _words(revision: Revision, before: Revision | None, kind: str) -> Words:
    if kind == "lost":
        return _lost(revision)
    if revision.note:
        return _note(revision.note)
    if kind == "moved" and before:
        return _("Moved from %(path)s") % {"path": before.path}
    return _KNOWN[kind]


def _note(note: str) -> Words:
    """As it was written, where nobody knows it."""
    for _kind, form, words in _NOTED:
        if found := form.fullmatch(note):
            return str(words) % found.groupdict()
    return note


def _lost(revision: Revision) -> Words:
    if not revision.settled_at:
        return _("Lost to a later edit, and waits for a decision")
    if not revision.settled_by:
        return _("Lost to a later edit")
    return _("Lost to a later edit; settled by %(who)s at %(when)s UTC") % {
        "who": revision.settled_by,
        "when": f"{revision.settled_at:%Y-%m-%d %H:%M}",
    }
