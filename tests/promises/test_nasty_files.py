"""K4: nasty files, ours and real ones, dropped into the folder of a running system."""

import hashlib
import shutil
from urllib.parse import quote

import pytest

from ragsite.environment import VARIABLES
from retrieval.markdown import content_start
from tests import nasty
from tests.polling import eventually
from tests.system import System

EDITED = "ops/lantern.md"
PATIENCE = 240  # seconds; it takes 20 on two cores that have nothing else to do
FOLDERS = ("nasty", "names", "owasp")
LARGEST = int(VARIABLES["MAX_DOCUMENT_BYTES"].default)

CONFIRM = """
from knowledge.comparison import compare
from knowledge.sync import DELETE, confirm
confirm(DELETE, actor="alice", seen=compare().seen)
"""


@pytest.fixture
def pack(system: System, tmp_path):
    """The system with all of it in its folder; without any of it afterwards."""
    before = documents(system)
    made = nasty.drop(system.knowledge, tmp_path, LARGEST)
    for path, data in real():
        target = system.knowledge / "owasp" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    yield made
    take_out(system)
    assert documents(system) == before
    assert system.status()["rejected_files"] == []


def test_nasty_files_harm_nothing(pack: nasty.Pack, system: System):
    """K4. Each is indexed or listed with its reason; an edit made as they land is answered."""
    system.write(EDITED, "# Lantern\n\nThe lantern of Skerry burns 41 hours.\n")
    system.answers("How many hours does the lantern of Skerry burn?", "41", within=PATIENCE)
    status = system.in_sync(within=PATIENCE)

    listed = {item["path"]: item["reason"] for item in status["rejected_files"]}
    assert listed.keys() == pack.refused.keys()
    assert all(reason in listed[path] for path, reason in pack.refused.items())
    found = documents(system)
    assert pack.documents.keys() <= found.keys()
    assert status["knowledge"]["documents"] == len(found)
    assert {path: sha for path, sha in found.items() if path.startswith("owasp/")} == {
        f"owasp/{path}": hashlib.sha256(data).hexdigest() for path, data in real()
    }

    for path, data in nasty.texts().items():
        if nasty.word_of(path) in content(data):
            hits = {hit["document"] for hit in system.search(nasty.word_of(path))["results"]}
            assert path in hits
    assert not [hit for hit in system.search("zqsecret")["results"] if "zqsecret" in hit["text"]]
    for path, data in nasty.NAMES.items():
        held = system.control("GET", f"/api/documents/{quote(path)}")
        assert held.json()["body"].encode() == data, path


def real() -> list[tuple[str, bytes]]:
    """Every eighth: to embed them all would take as long as all else (the suite syncs them all)."""
    return sorted(nasty.owasp().items())[::8]


def documents(system: System) -> dict[str, str]:
    """Path → sha256 of each, by the API."""
    found: dict[str, str] = {}
    page = {"next": "/api/documents?page_size=500"}
    while page["next"]:
        page = system.control("GET", page["next"]).json()
        found |= {row["path"]: row["sha256"] for row in page["results"]}
    return found


def content(data: bytes) -> str:
    body = data.decode()
    return body[content_start(body) :]


def take_out(system: System) -> None:
    """The files go at once, which pauses the sync until a person says that this is meant."""
    for name in FOLDERS:
        shutil.rmtree(system.knowledge / name)
    system.remove(EDITED)
    eventually(lambda: system.status()["paused"], what="the sync is paused")
    system.manage("shell", "-c", CONFIRM)
    system.in_sync(within=PATIENCE)
