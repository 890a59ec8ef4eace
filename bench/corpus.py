"""The documents that a measurement runs on."""

import os
import tarfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SETS = Path(os.environ.get("DATA_SETS", PROJECT.parent / "shared" / "data"))


def fill(folder: Path, name: str) -> int:
    """Puts the set's documents into `folder`, or the demo's where the set is not at hand."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = SETS / f"{name}.tar.xz"
    documents = _unpacked(archive) if archive.exists() else _demo()
    for path, body in documents.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    return len(documents)


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
