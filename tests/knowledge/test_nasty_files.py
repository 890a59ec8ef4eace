"""K4 in pieces: each nasty file is a document, byte for byte, or is listed with its reason."""

import pytest
from django.db.models import Q
from django.utils.html import escape

from knowledge import revisions
from knowledge.models import Document
from knowledge.sync import compare_folder, reconcile_folder
from retrieval.chunking import split
from retrieval.markdown import content_start, front_matter, render
from tests import nasty


@pytest.fixture
def pack(folder, tmp_path, settings):
    (tmp_path / "elsewhere").mkdir()
    return nasty.drop(folder, tmp_path / "elsewhere", settings.MAX_DOCUMENT_BYTES)


def held():
    found = Document.objects.filter(revision__isnull=False).order_by()
    return {path: body.encode() for path, body in found.values_list("path", "revision__body")}


@pytest.mark.django_db
def test_each_is_a_document_or_is_listed_and_an_ordinary_edit_goes_by(pack, folder):
    others = {"ordinary.md": b"# Ordinary\n", **nasty.owasp()}
    assert len(others) in (1, 129)
    for path, data in others.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    report = reconcile_folder()
    documents = {**pack.documents, **others}
    assert held() == documents
    reasons = {item["path"]: item["reason"] for item in report.rejected}
    assert reasons.keys() == pack.refused.keys()
    for path, reason in pack.refused.items():
        assert reason in reasons[path], path
    assert (report.taken, report.written, report.unwritten) == (len(documents), 0, [])
    state = compare_folder()
    assert state.in_sync
    assert state.rejected == report.rejected


@pytest.mark.django_db
def test_each_may_be_changed_and_deleted_by_the_other_door(pack, folder):
    """The writer meets the same names as the scan; what it is not asked to touch stays."""
    reconcile_folder()
    for path, data in nasty.NAMES.items():
        revisions.save(path, data.decode() + "More.\n", actor="alice", door="api")
    assert reconcile_folder().written == len(nasty.NAMES)
    assert all(held()[path].endswith(b"More.\n") for path in nasty.NAMES)
    written = [path for path in pack.documents if path != nasty.TWIN]
    for path in written:
        revisions.delete(path, actor="alice", door="api")
    assert reconcile_folder().written == len(written)
    assert not [path for path in written if (folder / path).is_file()]
    assert {item["path"] for item in compare_folder().rejected} == pack.refused.keys()


@pytest.mark.parametrize("path", nasty.texts())
def test_each_text_can_be_read_cut_and_shown(path):
    """Cut within bounds and without loss of its own word; shown as markup that holds no script."""
    body = nasty.texts()[path].decode()
    word = nasty.word_of(path)
    chunks = split(body)
    content = body[content_start(body) :]
    assert bool(chunks) == any(map(str.isalnum, content))
    assert (word in content) == any(word in body[each.start : each.end] for each in chunks)
    assert isinstance(front_matter(body), dict)
    assert "<script" not in render(body)
    assert revisions.title_of(body, path)


@pytest.mark.django_db
def test_admin_shows_each_and_nothing_of_it_runs(pack, admin_client):
    """The list, the folder's page, and those of the documents with odd names, or with scripts."""
    reconcile_folder()
    documents = Document.objects.filter(Q(path__startswith="names/") | Q(path__contains="script"))
    for address in ("", "folder/", "conflicts/", *(f"{each.pk}/change/" for each in documents)):
        page = admin_client.get(f"/admin/knowledge/document/{address}")
        assert page.status_code == 200, address
        assert "<img src=x" not in page.content.decode()
        assert "<script>alert" not in page.content.decode()
    listed = admin_client.get("/admin/knowledge/document/folder/").content.decode()
    assert all(escape(reason) in listed for reason in pack.refused.values())
