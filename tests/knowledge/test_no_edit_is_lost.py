"""K1 by a state machine: both doors edited at random, cuts between any two steps, lost events.

The code, the files and the database (a file too) are the real ones. By default a fixed set of runs;
`make edits` (HYPOTHESIS_PROFILE=long) tries many others, each time.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from knowledge import sync
from tests.knowledge.faults import before_step, cut
from tests.knowledge.two_doors import LONG, TwoDoors

RUNS = settings(
    max_examples=1000 if LONG else 25,
    stateful_step_count=40 if LONG else 15,
    derandomize=not LONG,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

DECOMPOSED = "re\u0301sume\u0301.md"  # as macOS spells it; one document with the composed name

# Few paths, so that edits meet; most texts are like no other, a few are often the same or blank.
files = st.sampled_from(["a.md", "a.md", "b.md", "A.md", "x/a.md", "x/b.md", DECOMPOSED])
folders = st.sampled_from(["x", "z"])
bodies = st.sampled_from([None] * 6 + ["", "same", "same\r\n"])
edits = st.one_of(
    *[st.tuples(st.just("save"), files, bodies)] * 3,
    *[st.tuples(st.just("type"), files, bodies, st.booleans())] * 4,
    st.tuples(st.just("delete"), files),
    st.tuples(st.just("move"), files, files),
    st.tuples(st.just("unlink"), files),
    st.tuples(st.just("rename"), files, files),
    st.tuples(st.just("rename_folder"), folders, folders),
    st.tuples(st.just("remove_folder"), folders),
    st.tuples(st.just("touch"), files, st.sampled_from([-(10**8), -1, 1, 10**8])),
)
some = st.lists(edits, min_size=1, max_size=4)
steps = st.integers(0, 16)
hints = st.lists(files, max_size=2)


class Edits(RuleBasedStateMachine):
    new_world: Callable[[], TwoDoors]
    skew: list[float]  # by how many seconds the database's door is wrong about the time

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).new_world()
        self.skew[0] = 0.0

    @rule(some=some)
    def edit(self, some):
        self.world.do(some)

    @rule(by=st.sampled_from([-(10**8), -3600, 1, 3600, 10**8]))
    def set_the_clock(self, by):
        self.skew[0] = by

    @rule(hinted=hints)
    def reconcile(self, hinted):
        """Most edits are hinted at by nobody, and some hints are wrong."""
        sync.reconcile_folder(hinted)

    @rule(before=some, at=steps, swaps=st.booleans(), hinted=hints)
    def reconcile_cut_short(self, before, at, swaps, hinted):
        self.world.do(before)
        with before_step(at, cut, swaps_at_once=swaps):
            sync.reconcile_folder(hinted)

    @rule(before=some, at=steps, late=some, swaps=st.booleans())
    def reconcile_while_others_edit(self, before, at, late, swaps):
        """They come between the look and the write, between two writes, and so on."""
        self.world.do(before)
        with before_step(at, lambda: self.world.do(late), swaps_at_once=swaps):
            sync.reconcile_folder()

    @rule(path=files, act=st.sampled_from(["save", "delete"]), at=steps, late=edits, then=steps)
    def edit_one_at_once_and_cut(self, path, act, at, late, then):
        """One path is written while it is typed in, and then the process dies, or not."""
        sync.reconcile_folder()
        self.world.do([("save", path, None) if act == "save" else (act, path)])
        with (
            before_step(at + then, cut),
            before_step(at, lambda: self.world.do([late, ("type", path, None, False)])),
        ):
            sync.reconcile_folder()

    @precondition(lambda self: sync.compare_folder().paused)
    @rule(kind=st.sampled_from([sync.DELETE, sync.RESTORE]), at=steps)
    def confirm(self, kind, at):
        with before_step(at, cut):
            self.world.confirm(kind)

    def teardown(self) -> None:
        self.skew[0] = 0.0
        self.world.settle()
        self.world.check()


@pytest.mark.django_db(transaction=True)
def test_every_text_is_live_or_in_the_history_and_both_sides_end_equal(new_world, monkeypatch):
    real, skew = timezone.now, [0.0]
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(seconds=skew[0]))
    Edits.skew, Edits.new_world = skew, staticmethod(new_world)
    run_state_machine_as_test(Edits, settings=RUNS)
