"""What changed between two sets of revisions: the size of a build, and what its gate must prove."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Revisions = Mapping[str, tuple[int, str]]  # path → (revision number, sha256)

LISTED = 50  # paths of each kind that a version names; the counts say how many there were


_known: "deque[tuple[Revisions, Revisions, Difference]]" = deque(maxlen=4)


@dataclass(frozen=True, slots=True)
class Difference:
    """Paths, each in order. A document with the same text under a new number is changed too."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @classmethod
    def between(cls, before: Revisions, after: Revisions) -> "Difference":
        """Of two that nobody changes any more: a build asks for the same ones again and again."""
        for one, other, known in list(_known):
            if one is before and other is after:
                return known
        found = cls._between(before, after)
        _known.append((before, after, found))
        return found

    @classmethod
    def _between(cls, before: Revisions, after: Revisions) -> "Difference":
        held = before.get
        written = [path for path, revision in after.items() if held(path) != revision]
        added = [path for path in written if path not in before]
        left = len(after) - len(added)  # of those before
        return cls(
            added=tuple(sorted(added)),
            changed=tuple(sorted(path for path in written if path in before)),
            removed=tuple(sorted(before.keys() - after.keys())) if left < len(before) else (),
        )

    @property
    def written(self) -> tuple[str, ...]:
        """What the new state holds and the old one did not, in this text."""
        return tuple(sorted((*self.added, *self.changed)))

    @property
    def paths(self) -> tuple[str, ...]:
        return (*self.added, *self.changed, *self.removed)

    def as_changes(self) -> dict[str, Any]:
        """As a version keeps it."""
        kinds = {"added": self.added, "changed": self.changed, "removed": self.removed}
        listed: dict[str, Any] = {kind: list(paths[:LISTED]) for kind, paths in kinds.items()}
        return {**listed, "counts": {kind: len(paths) for kind, paths in kinds.items()}}
