"""A real history of edits, where its archive lies beside the project: 150 commits on a course."""

import hashlib
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system import PROJECT

ARCHIVE = PROJECT.parent / "shared" / "data" / "hist-fr-alterway.tar.xz"

Operation = tuple[str, str, str]  # "write", path, text | "delete", path, "" | "rename", from, to


@dataclass(frozen=True, slots=True)
class Step:
    operations: list[Operation]
    tree: str  # what `tree_of` gives of the texts after it


@dataclass(frozen=True, slots=True)
class History:
    texts: dict[str, str]  # at its beginning
    steps: list[Step]


def unpacked(folder: Path) -> History:
    """The history, unpacked under `folder`; skips the test, saying so, where there is none."""
    if not ARCHIVE.is_file():
        pytest.skip(f"The real history is not here: {ARCHIVE}.")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return _read(folder / ARCHIVE.name.removesuffix(".tar.xz"))


def tree_of(texts: Mapping[str, str]) -> str:
    """The history's own sum of a set of documents: over their paths and git's names of texts."""
    lines = sorted(f"{path}\t{_blob(text.encode())}" for path, text in texts.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _read(folder: Path) -> History:
    base = folder / "base"
    texts = {
        path.relative_to(base).as_posix(): path.read_bytes().decode()
        for path in sorted(base.rglob("*.md"))
    }
    steps = [json.loads(path.read_bytes()) for path in sorted((folder / "steps").glob("*.json"))]
    return History(
        texts, [Step([_operation(op) for op in step["ops"]], step["tree_sha256"]) for step in steps]
    )


def _operation(op: dict[str, str]) -> Operation:
    if op["op"] == "rename":
        return "rename", op["from"], op["path"]
    return op["op"], op["path"], op.get("content", "")
