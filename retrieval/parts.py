"""The folder of a segment's part: written whole, named by its sum, never changed.

`segments/<id>/meta.json` lists every other file with its size and sha256, and the id is the sha256
of meta.json: so a part's name vouches for its content, and equal parts are one folder.
"""

import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar
from weakref import WeakValueDictionary

from retrieval import failpoints
from retrieval.errors import IndexDamaged
from retrieval.files import TEMPORARY, fsync_file, fsync_folder
from retrieval.layout import Layout

META = "meta.json"
FORMAT = 1
DAMAGED = ".damaged-"


@dataclass(frozen=True, slots=True)
class Meta:
    """What meta.json says; `facts` belong to the kind of part, `files` are name -> size, sum."""

    id: str
    kind: str
    facts: dict[str, Any]
    files: dict[str, dict[str, Any]]


def write(layout: Layout, kind: str, fill: Callable[[Path], dict[str, Any]]) -> str:
    """Write a part, return its id. `fill` writes files into a folder and returns the facts."""
    layout.segments.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=layout.segments))
    try:
        folder.chmod(0o755)
        id = _seal(folder, kind, fill(folder))
        failpoints.reach("part.written")
        _install(layout, folder, id)
        failpoints.reach("part.installed")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return id


def _seal(folder: Path, kind: str, facts: dict[str, Any]) -> str:
    """Add meta.json, make all read-only and durable; return the id."""
    files = {path.name: _size_and_sum(path) for path in sorted(folder.iterdir())}
    fields = {"format": FORMAT, "kind": kind, "facts": facts, "files": files}
    data = json.dumps(fields, indent=1, sort_keys=True).encode() + b"\n"
    (folder / META).write_bytes(data)
    for path in folder.iterdir():
        path.chmod(0o444)
        fsync_file(path)
    fsync_folder(folder)
    return hashlib.sha256(data).hexdigest()


def _install(layout: Layout, folder: Path, id: str) -> None:
    if _is_whole(layout, id):
        return
    try:
        folder.rename(layout.segment(id))
    except OSError:  # another writer of the same part may have been first, under another lock
        if not _is_whole(layout, id):
            raise
    fsync_folder(layout.segments)


def _is_whole(layout: Layout, id: str) -> bool:
    """Whether the part is there; a spoilt one is set aside, since its writer holds good bytes."""
    if not layout.segment(id).exists():
        return False
    try:
        verify(layout, id, sums=True)
    except IndexDamaged:
        set_aside(layout, id)
        return False
    return True


def set_aside(layout: Layout, id: str) -> None:
    """Take a damaged part out of the way; who has it mapped keeps the map. Nothing if it is gone.

    Never write to it instead: to truncate a mapped file kills whoever reads the map.
    """
    if not layout.segment(id).exists():
        return
    drop_aside(layout, id)
    layout.segment(id).rename(aside_of(layout, id))
    os.utime(aside_of(layout, id))  # collection counts from now
    fsync_folder(layout.segments)


def aside_of(layout: Layout, id: str) -> Path:
    """Where a damaged part goes."""
    return layout.segments / f"{DAMAGED}{id}"


def drop_aside(layout: Layout, id: str) -> None:
    """Its place is taken by a good one, or by another that is damaged."""
    shutil.rmtree(aside_of(layout, id), ignore_errors=True)


def read_meta(layout: Layout, id: str) -> Meta:
    """What a part says of itself; IndexDamaged when that is not what its name vouches for."""
    return read_meta_in(layout.segment(id), id)


def read_meta_in(folder: Path, id: str) -> Meta:
    """As `read_meta`, for a part that is elsewhere by now."""
    path = folder / META
    try:
        data = path.read_bytes()
    except OSError as error:
        raise IndexDamaged(f"{path} cannot be read: {error.strerror}.", id) from error
    if hashlib.sha256(data).hexdigest() != id:
        raise IndexDamaged(
            f"{path} is not what was written: its sum is not the segment's name.", id
        )
    fields = json.loads(data)
    if fields["format"] != FORMAT:
        raise IndexDamaged(
            f"{path} has format {fields['format']}; this program reads {FORMAT}.", id
        )
    return Meta(id, fields["kind"], fields["facts"], fields["files"])


def verify(layout: Layout, id: str, *, sums: bool) -> None:
    """Check the sizes of a part's files, and with `sums` every byte; raises IndexDamaged."""
    check(layout, read_meta(layout, id), sums=sums)


def check(layout: Layout, meta: Meta, *, sums: bool = False) -> None:
    """As `verify`, for a part whose meta.json was read already."""
    for name, expected in meta.files.items():
        path = layout.segment(meta.id) / name
        try:
            found = _size_and_sum(path) if sums else {"size": path.stat().st_size}
        except OSError as error:
            raise IndexDamaged(f"{path} cannot be read: {error.strerror}.", meta.id) from error
        for fact, value in found.items():
            if value != expected[fact]:
                raise IndexDamaged(
                    f"{path} is damaged: its {fact} is {value}, but {expected[fact]} was written.",
                    meta.id,
                )


def _size_and_sum(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"size": path.stat().st_size, "sha256": digest}


class Opened(Protocol):
    """A part in memory."""

    meta: Meta


P = TypeVar("P", bound=Opened)


class Shelf:
    """The parts that are open in this process, so that versions share them while any needs them.

    The key holds the folder's inode: a part that was set aside and written anew under its own name
    is opened anew, and the bad map is dropped with the last version that used it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: WeakValueDictionary[tuple[str, int, int], Any] = WeakValueDictionary()

    def get(self, layout: Layout, id: str, load: Callable[[Path, Meta], P]) -> P:
        """The part, opened by `load` unless it is open; sizes of files are checked either way."""
        folder = layout.segment(id)
        with self._lock:
            part: P | None = self._parts.get(_key(folder))
            if part is not None:
                check(layout, part.meta)
                return part
            meta = read_meta(layout, id)
            check(layout, meta)
            part = _load(folder, meta, load)
            self._parts[_key(folder)] = part
            return part

    def holds(self, layout: Layout, part: Opened) -> bool:
        """Whether this open part is the one that is in place now."""
        try:
            return self._parts.get(_key(layout.segment(part.meta.id))) is part
        except IndexDamaged:
            return False


def _load(folder: Path, meta: Meta, load: Callable[[Path, Meta], P]) -> P:
    try:
        return load(folder, meta)
    except (ValueError, KeyError, TypeError, RuntimeError, OSError) as error:
        raise IndexDamaged(f"{folder} cannot be opened: {error}", meta.id) from error


def _key(folder: Path) -> tuple[str, int, int]:
    try:
        status = folder.stat()
    except OSError as error:
        raise IndexDamaged(f"{folder} cannot be read: {error.strerror}.", folder.name) from error
    return folder.name, status.st_dev, status.st_ino


SHELF = Shelf()
