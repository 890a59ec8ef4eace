"""K1 by construction: before each single step of a reconcile, a cut or somebody else's edit."""

from itertools import count

import pytest

from knowledge import sync
from tests.knowledge.faults import before_step, cut
from tests.knowledge.two_doors import LONG

pytestmark = pytest.mark.django_db(transaction=True)

PATH, OTHER = "x/a.md", "b.md"

# What one of the doors did, and has not reached the other yet.
NEWS = {
    "saved": [("save", PATH, None)],
    "saved anew": [("save", "new/new.md", None)],
    "deleted": [("delete", PATH)],
    "moved": [("move", PATH, "y/moved.md")],
    "typed": [("type", PATH, None, True)],
    "removed": [("unlink", PATH)],
    "renamed": [("rename", PATH, "y/renamed.md")],
    "both edited": [("save", PATH, None), ("type", PATH, None, False)],
}
LATE = {
    "typed": ("type", PATH, None, False),
    "saved by rename": ("type", PATH, None, True),
    "typed anew": ("type", "new/new.md", None, False),
    "removed": ("unlink", PATH),
    "renamed": ("rename", PATH, "z.md"),
    "folder removed": ("remove_folder", "x"),
    "saved": ("save", PATH, None),
    "deleted": ("delete", PATH),
    "moved": ("move", PATH, "z.md"),
}


# All pairs are for `make edits`; these for every day.
CUTS = [("saved", True), ("saved", False), ("moved", True), ("renamed", True)]
PAIRS = [("saved", "typed"), ("deleted", "typed"), ("renamed", "saved"), ("both edited", "removed")]
if LONG:
    CUTS = [(news, swaps) for news in NEWS for swaps in (True, False)]
    PAIRS = [(news, late) for news in NEWS for late in LATE]


@pytest.fixture
def worlds(new_world):
    """One after the other, each with two documents on which both sides agree."""

    def made():
        while True:
            world = new_world()
            world.do([("save", PATH, None), ("save", OTHER, None), ("save", "c.md", None)])
            world.settle()
            sync.reconcile_folder()  # now the stats of what was written are trusted
            yield world

    return made()


@pytest.mark.parametrize(("news", "swaps"), CUTS)
def test_a_cut_before_any_step_loses_nothing(worlds, news, swaps):
    for at in count():
        world = next(worlds)
        world.do(NEWS[news])
        with before_step(at, cut, swaps_at_once=swaps) as steps:
            sync.reconcile_folder()
        world.settle()
        world.check()
        if not steps.is_cut:
            return


@pytest.mark.parametrize(("news", "late"), PAIRS)
def test_an_edit_before_any_step_loses_nothing(worlds, news, late):
    for at in count():
        world = next(worlds)
        world.do(NEWS[news])
        with before_step(at, lambda world=world: world.do([LATE[late]])) as steps:
            sync.reconcile_folder()
        world.settle()
        world.check()
        if not steps.is_done:
            return
