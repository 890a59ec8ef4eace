"""How sets are read, wherever and however they lie."""

import tarfile

import pytest

from evaluation import sets
from evaluation.collecting import collected
from evaluation.sets import NotASet
from tests.evaluation.sets import DOCUMENTS, lines, with_documents, with_queries


def test_it_reads_documents_queries_and_what_fits_them(tmp_path):
    found = sets.load(with_queries(tmp_path / "mine"))
    assert found.name == "mine"
    assert found.documents == DOCUMENTS
    assert [(query.id, query.grades) for query in found.queries] == [
        ("1", {"ops/backups": 1}),
        ("2", {"ops/paging": 1}),
    ]
    assert found.questions == []


def test_with_unanswerable_ones_the_queries_are_questions_that_have_an_answer(tmp_path):
    folder = with_queries(tmp_path)
    lines(folder / "unanswerable.jsonl", [{"id": "u1", "text": "Who won the cup?"}])
    found = sets.load(folder)
    assert [(each.id, each.answerable) for each in found.questions] == [
        ("1", True), ("2", True), ("u1", False),
    ]  # fmt: skip


def test_a_query_that_nothing_fits_is_no_query(tmp_path):
    folder = with_queries(tmp_path)
    (folder / "qrels.tsv").write_text("query-id\tdoc-id\tgrade\n1\tops/backups.md\t2\n2\tx\t0\n")
    assert [query.grades for query in sets.load(folder).queries] == [{"ops/backups": 2}]


def test_what_is_wrong_is_told_with_its_line(tmp_path):
    folder = with_queries(tmp_path)
    (folder / "qrels.tsv").write_text("query-id\tdoc-id\tgrade\n1\tops/backups\tmuch\n")
    with pytest.raises(NotASet, match=r"qrels.tsv, line 2"):
        sets.load(folder)
    with pytest.raises(NotASet, match="neither queries"):
        sets.load(with_documents(tmp_path / "documents-alone"))


def test_sets_are_found_in_folders_and_archives(tmp_path):
    place = tmp_path / "sets"
    with_queries(place / "unpacked")
    with_documents(place / "documents-alone")
    with_queries(tmp_path / "packed")
    for name in ("packed", "unpacked"):  # the second lies there as a folder, too
        with tarfile.open(place / f"{name}.tar.xz", "w:xz") as archive:
            archive.add((tmp_path if name == "packed" else place) / name, name)
    with collected(place) as folders:
        assert [sets.load(folder).name for folder in folders] == ["packed", "unpacked"]
        scratch = folders[0]
    assert not scratch.exists()
    with collected(place / "packed.tar.xz") as folders:
        assert [folder.name for folder in folders] == ["packed"]


def test_a_folder_without_any_set_is_told(tmp_path):
    with pytest.raises(NotASet, match="holds no set"), collected(tmp_path):
        pass
    (tmp_path / "broken.tar.xz").write_bytes(b"no archive")
    with pytest.raises(NotASet, match=r"broken\.tar\.xz can't be unpacked"), collected(tmp_path):
        pass
