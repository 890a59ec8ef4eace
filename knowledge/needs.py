"""What the database holds at a path, and what the path needs."""

from dataclasses import dataclass

from knowledge.merge import Act
from knowledge.scan import File


@dataclass(frozen=True, slots=True)
class Row:
    """A path as the database holds it; hashes are empty for "nothing"."""

    place_id: int
    path: str
    base: str
    stat: str
    revision_id: int | None  # of the document that is live there
    live: str


@dataclass(frozen=True, slots=True)
class Need:
    path: str
    act: Act
    row: Row | None  # None: the database has nothing there
    file: File | None
    origin: Row | None = None  # of a move: where the document is until now

    @property
    def paths(self) -> list[str]:
        return [self.origin.path, self.path] if self.origin else [self.path]
