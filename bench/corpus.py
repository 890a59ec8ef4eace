"""The documents that a measurement runs on."""

import os
import tarfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SETS = Path(os.environ.get("DATA_SETS", PROJECT.parent / "shared" / "data"))


def documents(name: str) -> dict[str, bytes]:
    """The set's documents by path, or the demo's where the set is not at hand."""
    archive = SETS / f"{name}.tar.xz"
    return _unpacked(archive) if archive.exists() else _demo()


def fill(folder: Path, found: dict[str, bytes]) -> None:
    """Puts documents into a knowledge folder."""
    for path, body in found.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)


def _unpacked(archive: Path) -> dict[str, bytes]:
    documents = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            _, found, path = member.name.partition("/docs/")
            if member.isfile() and found and path.endswith(".md"):
                file = tar.extractfile(member)
                assert file is not None
                documents[path] = file.read()
    return documents


def _demo() -> dict[str, bytes]:
    demo = PROJECT / "demo"
    return {str(path.relative_to(demo)): path.read_bytes() for path in demo.rglob("*.md")}
