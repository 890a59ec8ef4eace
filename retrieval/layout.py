"""Where everything is under the indices folder: segments, versions, the two slots, the locks."""

from dataclasses import dataclass
from pathlib import Path

from retrieval.files import point

SLOTS = ("v1", "v2")
MANIFEST = "manifest.json"


def other(slot: str) -> str:
    """The slot that is not this one; ValueError for what is no slot."""
    first, second = SLOTS
    if slot not in SLOTS:
        raise ValueError(f"{slot!r} is not a slot: there are {first} and {second}.")
    return second if slot == first else first


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one indices folder. Making one touches no file."""

    indices: Path

    @property
    def segments(self) -> Path:
        return self.indices / "segments"

    @property
    def listings(self) -> Path:
        """Which documents each rows part holds, outside of its folder."""
        return self.indices / "listings"

    @property
    def versions(self) -> Path:
        return self.indices / "versions"

    @property
    def embeddings(self) -> Path:
        return self.indices / "embeddings.sqlite3"

    @property
    def embedding_pace(self) -> Path:
        """What a provider was sent lately: the quota is shared by all who embed documents."""
        return self.indices / "embedding_pace.json"

    @property
    def embedding_lock(self) -> Path:
        """Held by whoever embeds beside the builds, or has a provider embed."""
        return self.indices / "embedding.lock"

    @property
    def vectors(self) -> Path:
        """The vectors that were written beside the builds, for the next one to take up."""
        return self.indices / "vectors.json"

    @property
    def compaction(self) -> Path:
        """What compaction wrote for the next build; it and its parts stand until that took it."""
        return self.indices / "compaction.json"

    @property
    def compaction_lock(self) -> Path:
        return self.indices / "compaction.lock"

    @property
    def ahead(self) -> Path:
        """The segments of many documents that are written ahead of the build that takes them up."""
        return self.indices / "ahead.json"

    @property
    def ahead_lock(self) -> Path:
        return self.indices / "ahead.lock"

    @property
    def build_lock(self) -> Path:
        return self.indices / "build.lock"

    @property
    def slot_lock(self) -> Path:
        return self.indices / "slot.lock"

    @property
    def last_number(self) -> Path:
        """Holds the highest number that a version was ever given, also of one that is gone."""
        return self.indices / "last_number"

    @property
    def last_activation(self) -> Path:
        """What the router was last told to obey: a copy, for the day on which that is lost."""
        return self.indices / "last_activation.json"

    @property
    def decisions(self) -> Path:
        """What people decided: a copy, for the day on which the database is lost."""
        return self.indices / "decisions.json"

    def segment(self, id: str) -> Path:
        return self.segments / id

    def listing(self, id: str) -> Path:
        return self.listings / f"{id}.json"

    def version(self, number: int) -> Path:
        return self.versions / f"{number:06d}"

    def manifest(self, number: int) -> Path:
        return self.version(number) / MANIFEST

    def slot(self, name: str) -> Path:
        if name not in SLOTS:
            raise ValueError(f"{name!r} is not a slot: there are {SLOTS[0]} and {SLOTS[1]}.")
        return self.indices / name

    def slot_version(self, name: str) -> int | None:
        """The number that a slot is assigned, read from its link alone; None before the first."""
        try:
            target = self.slot(name).readlink()
        except OSError:
            return None
        named = target.name.isdecimal() and target.parent.name == self.versions.name
        return int(target.name) if named else None

    def assignment(self, slot: str) -> tuple[int, int] | None:
        """Tells one assignment of a slot from the next, also of the same version."""
        try:
            link = self.slot(slot).lstat()
        except OSError:
            return None
        return link.st_ino, link.st_mtime_ns

    def numbers(self) -> list[int]:
        """The versions that have a manifest, ascending: without one it was never finished."""
        if not self.versions.is_dir():
            return []
        folders = [folder for folder in self.versions.iterdir() if folder.name.isdecimal()]
        return sorted(int(folder.name) for folder in folders if (folder / MANIFEST).is_file())

    def assign(self, slot: str, number: int) -> None:
        """Point a slot at a version, atomically. The caller holds the slot lock."""
        point(self.slot(slot), f"{self.versions.name}/{self.version(number).name}")
