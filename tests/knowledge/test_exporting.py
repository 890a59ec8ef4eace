"""The export holds every text that was ever saved, and what is live can be imported again."""

import io
import json
import zipfile

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient
from django.urls import reverse

from knowledge import batches, deleting, exporting, importing, revisions, snapshot
from knowledge.export_pages import windows_trouble
from knowledge.models import Revision
from tests.knowledge.uploading import fates, preview

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]


def save(path, body):
    return revisions.save(path, body, actor="bob", door="api").revision


@pytest.fixture
def kept():
    save("ops/a.md", "first\r\n")
    save("ops/a.md", "\ufeffsecond\n")
    save("été.md", "# É\n")
    save("gone.md", "gone")
    revisions.delete("gone.md", actor="carol", door="admin")
    revisions.move("été.md", "old/été.md", actor="carol", door="admin")


def exported():
    return zipfile.ZipFile(io.BytesIO(b"".join(exporting.pieces("alice"))))


def lines(archive):
    return [json.loads(line) for line in archive.read("history.jsonl").splitlines()]


def test_it_holds_what_is_live_and_every_earlier_text(kept):
    archive = exported()
    assert archive.testzip() is None
    assert {name: archive.read(name).decode() for name in archive.namelist()[1:-1]} == {
        "documents/ops/a.md": "\ufeffsecond\n",
        "documents/old/été.md": "# É\n",
        "history/ops/a.md/1.md": "first\r\n",
        "history/été.md/1.md": "# É\n",
        "history/gone.md/1.md": "gone",
    }


def test_it_tells_who_when_and_through_which_door(kept):
    archive = exported()
    told = lines(archive)
    assert len(told) == Revision.objects.count()
    burial = next(line for line in told if line["deleted"])
    assert (burial["path"], burial["saved_by"], burial["door"]) == ("gone.md", "carol", "admin")
    assert burial["file"] is None
    for line in told:
        if line["file"]:
            assert archive.read(line["file"]).decode() == Revision.objects.get(
                path=line["path"], number=line["number"]
            ).body  # fmt: skip
    facts = json.loads(archive.read("knowledge-base.json"))
    assert facts["documents"] == 2
    assert facts["digest"] == snapshot.live().digest


def test_importing_it_again_changes_nothing_and_elsewhere_brings_all(kept):
    data = b"".join(exporting.pieces("alice"))
    here = preview([("export.zip", data)])
    assert {path: fate for path, fate in fates(here).items() if fate != "skipped"} == {
        "ops/a.md": "same", "old/été.md": "same"}  # fmt: skip
    deleting.delete_all(revisions.live(), actor="bob", door="api")
    upload = preview([("export.zip", data)])
    importing.start(upload)
    batches.go_on(importing.KIND, upload)
    assert revisions.get("ops/a.md").body == "\ufeffsecond\n"


def test_it_is_of_the_moment_at_which_it_began(kept):
    """Bob saves, adds and deletes after the first bytes went out."""
    made = exporting.pieces("alice")
    exporting.PIECE, before = 1, exporting.PIECE
    try:
        first = next(made)
    finally:
        exporting.PIECE = before
    count = Revision.objects.count()
    save("ops/a.md", "third")
    save("new.md", "new")
    revisions.delete("old/été.md", actor="bob", door="api")
    archive = zipfile.ZipFile(io.BytesIO(first + b"".join(made)))
    assert archive.read("documents/ops/a.md").decode() == "\ufeffsecond\n"
    assert "documents/old/été.md" in archive.namelist()
    assert len(lines(archive)) == count


def test_it_holds_little_in_memory(folder):
    for number in range(60):
        save("big.md", f"{number} " + "x" * 50_000)
    sizes = [len(piece) for piece in exporting.pieces("alice")]
    assert max(sizes) < exporting.PIECE + 50_000


def test_an_empty_knowledge_base_is_an_export_too(folder):
    assert exported().namelist() == ["knowledge-base.json", "history.jsonl"]


async def test_it_is_streamed_by_the_admin_and_the_api(kept):
    client = AsyncClient()
    await client.aforce_login(await User.objects.acreate_superuser("alice"))
    for url in (reverse("admin:knowledge_export_download"), "/api/export"):
        response = await client.get(url)
        assert response.status_code == 200
        assert response.headers["Content-Disposition"].startswith("attachment;")
        data = b"".join([piece async for piece in response.streaming_content])
        assert "documents/ops/a.md" in zipfile.ZipFile(io.BytesIO(data)).namelist()


def test_the_page_says_what_it_holds_and_what_windows_cannot_unpack(kept, client):
    save("what?.md", "w")
    save("OPS/a.md", "w")
    client.force_login(User.objects.create_superuser("alice"))
    page = client.get(reverse("admin:knowledge_export")).content.decode()
    assert "all 4 documents" in page
    assert "<code>what?.md</code>" in page


@pytest.mark.parametrize("path", ["a:b.md", "ops./a.md", "con.md", "x/Aux/y.md", "a|b.md"])
def test_it_knows_what_windows_cannot_unpack(path):
    assert windows_trouble(["ops/a.md", path]) == [path]


def test_names_that_differ_in_case_alone_fall_together_on_windows():
    assert windows_trouble(["a.md", "A.md", "console.md", "com.md"]) == ["A.md"]
