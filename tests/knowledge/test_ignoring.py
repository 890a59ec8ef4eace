"""Files that are nobody's documents; names that are hardly told apart."""

import unicodedata

import pytest

from knowledge import revisions
from knowledge.models import Revision
from knowledge.sync import compare_folder, reconcile_folder

pytestmark = pytest.mark.django_db


def live():
    return dict(revisions.live().values_list("path", "revision__body"))


def write(folder, path, text="text"):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def reconciled():
    reconcile_folder()
    assert compare_folder().in_sync


def test_patterns_of_the_settings_and_of_the_folder_are_ignored(folder, settings):
    settings.IGNORED_FILES = ["node_modules/", "~$*"]
    write(folder, ".ragignore", "# not yet\n/drafts/\n*.bak.md\n!kept.bak.md\n!\n")
    for path in ("a.md", "x/node_modules/b.md", "~$c.md", "drafts/d.md", "x/drafts/e.md",
                 "f.bak.md", "kept.bak.md"):  # fmt: skip
        write(folder, path)
    reconciled()
    assert set(live()) == {"a.md", "x/drafts/e.md", "kept.bak.md"}
    assert compare_folder().rejected == []


def test_what_becomes_ignored_is_gone_and_comes_back_with_its_history(folder):
    write(folder, "drafts/a.md")
    write(folder, "b.md")
    reconciled()
    document = revisions.get("drafts/a.md").document
    write(folder, ".ragignore", "drafts/\n")
    assert not compare_folder().in_sync
    reconciled()
    assert set(live()) == {"b.md"}
    assert (folder / "drafts/a.md").read_text() == "text"
    (folder / ".ragignore").unlink()
    reconciled()
    assert revisions.get("drafts/a.md").document == document


def test_a_pattern_that_takes_many_at_once_is_asked_about(folder):
    for number in range(30):
        write(folder, f"{number}.md", str(number))
    reconciled()
    write(folder, ".ragignore", "*.md\n")
    assert reconcile_folder().paused
    assert len(live()) == 30


def test_what_is_saved_where_files_are_ignored_stays_and_is_not_written(folder):
    write(folder, "drafts/a.md")
    write(folder, ".ragignore", "drafts/\n")
    revisions.save("drafts/a.md", "saved", actor="alice", door="api")
    for _ in range(2):
        reconcile_folder(["drafts/a.md"])
        reconciled()
    assert live() == {"drafts/a.md": "saved"}
    assert (folder / "drafts/a.md").read_text() == "text"


def test_patterns_that_cannot_be_read_pause_it(folder):
    write(folder, "a.md")
    reconciled()
    (folder / ".ragignore").mkdir()
    (folder / "a.md").unlink()
    assert reconcile_folder().paused
    assert set(live()) == {"a.md"}


def test_names_that_differ_in_case_are_two_documents_and_a_case_only_rename_is_a_move(folder):
    write(folder, "Readme.md", "one")
    write(folder, "other.md", "x")
    reconciled()
    if (folder / "README.MD").exists():
        pytest.skip("this file system does not tell cases apart")
    document = revisions.get("Readme.md").document
    (folder / "Readme.md").rename(folder / "README.md")
    reconciled()
    assert revisions.get("README.md").document == document
    revisions.move("README.md", "readme.md", actor="alice", door="api")
    write(folder, "Readme.md", "two")
    reconciled()
    assert live() == {"readme.md": "one", "Readme.md": "two", "other.md": "x"}


def test_another_unicode_form_of_a_name_is_the_same_document(folder):
    composed = unicodedata.normalize("NFC", "été.md")
    decomposed = unicodedata.normalize("NFD", composed)
    write(folder, composed, "one")
    reconciled()
    (folder / composed).rename(folder / decomposed)
    reconciled()
    assert Revision.objects.count() == 1
    revisions.save(composed, "two", actor="alice", door="api")
    reconciled()
    assert [path.name for path in folder.iterdir()] == [decomposed]
    assert (folder / decomposed).read_text() == "two"
