"""Where sets lie: a set's own folder, or a folder of sets and of their archives (`.tar.xz`)."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation.sets import NotASet, is_set

ARCHIVE = ".tar.xz"


@contextmanager
def collected(place: Path) -> Iterator[list[Path]]:
    """The folders of the sets at a place; what is archived is unpacked for as long as it takes.

    Of a folder of sets, what holds documents without questions is passed over. NotASet when there
    is no set at all.
    """
    with TemporaryDirectory(prefix="rag-sets-") as scratch:
        folders = [place] if is_set(place) else list(_sets(place, Path(scratch)))
        if not folders:
            raise NotASet(f"{place} holds no set: docs/, with queries.jsonl or answers.jsonl.")
        yield folders


@contextmanager
def unpacked(place: Path, name: str) -> Iterator[Path | None]:
    """The folder of this name at a place, unpacked for as long as it takes if it is an archive."""
    with TemporaryDirectory(prefix="rag-sets-") as scratch:
        if (place / name).is_dir():
            yield place / name
        elif (archive := place / f"{name}{ARCHIVE}").is_file():
            yield _unpacked(archive, Path(scratch)) / name
        else:
            yield None


def _sets(place: Path, scratch: Path) -> Iterator[Path]:
    """An archive beside a folder of its name is what that was unpacked from."""
    for found in [place] if place.is_file() else sorted(place.glob("*")):
        name = found.name.removesuffix(ARCHIVE)
        if found.name.endswith(ARCHIVE) and not found.with_name(name).is_dir():
            found = _unpacked(found, scratch) / name
        if is_set(found):
            yield found


def _unpacked(archive: Path, scratch: Path) -> Path:
    try:
        with tarfile.open(archive) as opened:
            opened.extractall(scratch, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise NotASet(f"{archive} can't be unpacked: {error}") from error
    return scratch
