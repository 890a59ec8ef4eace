"""A real history of edits, typed into the folder: the database follows it to the byte."""

from pathlib import Path

import pytest

from knowledge.models import Document, Revision
from knowledge.sync import compare_folder, reconcile_folder
from tests import real_history
from tests.real_history import Operation, tree_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(folder, tmp_path):
    """The history, with its first texts in the folder."""
    history = real_history.unpacked(tmp_path / "archive")
    for path, text in history.texts.items():
        apply(folder, ("write", path, text))
    return history


def apply(folder: Path, operation: Operation) -> None:
    kind, path, argument = operation
    file = folder / path
    if kind == "delete":
        file.unlink()
    elif kind == "rename":
        (folder / argument).parent.mkdir(parents=True, exist_ok=True)
        file.rename(folder / argument)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(argument.encode())


def live_tree() -> str:
    return tree_of(dict(_live().values_list("path", "revision__body")))


def identities() -> dict[str, int]:
    return dict(_live().values_list("path", "id"))


def _live():
    return Document.objects.filter(revision__isnull=False).order_by()


def test_step_by_step_the_database_holds_what_the_folder_holds(history, folder):
    reconcile_folder()
    assert live_tree() == tree_of(history.texts)
    renamed = 0
    for step in history.steps:
        before = identities()
        for operation in step.operations:
            apply(folder, operation)
        assert not reconcile_folder().paused
        assert live_tree() == step.tree
        for kind, path, argument in step.operations:
            if kind == "rename":
                assert identities()[argument] == before[path]
                renamed += 1
    assert compare_folder().in_sync
    assert renamed == 5
    assert not Revision.objects.filter(deleted=True).exists()
    written = sum(kind == "write" for step in history.steps for kind, *_ in step.operations)
    texts = Revision.objects.filter(deleted=False).count()
    assert texts >= len(history.texts) + written


def test_all_at_once_it_ends_the_same(history, folder):
    reconcile_folder()
    for operation in (operation for step in history.steps for operation in step.operations):
        apply(folder, operation)
    reconcile_folder()
    assert live_tree() == history.steps[-1].tree
    assert compare_folder().in_sync
