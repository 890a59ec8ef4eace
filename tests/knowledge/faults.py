"""What may go wrong between any two steps: a power cut, or somebody else's act in that instant.

A step is an operation on a file, or one side of a commit to the database. A process that died does
nothing more: after the cut every further step fails too, so that no `finally` tidies up.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from knowledge import swapping

OPERATIONS = ("open", "rename", "link", "unlink", "mkdir", "fsync")


class PowerCut(BaseException):
    """The process ends here; nothing catches it."""


class Steps:
    """Counts the steps, and does something before the one that was chosen."""

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        self.left = at
        self.act = act
        self.is_done = self.is_cut = False

    def pass_one(self) -> None:
        if self.is_cut:
            raise PowerCut
        if self.act is not cut and connection.in_atomic_block:
            return  # others wait for the end of a transaction
        self.left -= 1
        if self.left != -1:
            return
        self.is_done = True
        try:
            self.act()
        except PowerCut:
            self.is_cut = True
            raise


def cut() -> None:
    raise PowerCut


@contextmanager
def before_step(at: int, act: Callable[[], None], *, swaps_at_once: bool = True) -> Iterator[Steps]:
    """`act` is called once, before the step number `at`, if there are so many."""
    steps = Steps(at, act)
    with _patched(steps, swaps_at_once):
        try:
            yield steps
        except PowerCut:
            connection.close()  # what was not committed is gone, as with the process


@contextmanager
def _patched(steps: Steps, swaps_at_once: bool) -> Iterator[None]:
    at_once = swapping.swap_at_once if swaps_at_once else _no_exchange
    with ExitStack() as patches:
        for name in OPERATIONS:
            patches.enter_context(mock.patch.object(os, name, _stepping(steps, getattr(os, name))))
        swap = mock.patch.object(swapping, "swap_at_once", _stepping(steps, at_once))
        patches.enter_context(swap)
        patches.enter_context(mock.patch.object(BaseDatabaseWrapper, "commit", _committing(steps)))
        yield


def _stepping(steps: Steps, real: Callable[..., object]) -> Callable[..., object]:
    def stepping(*args: object, **kwargs: object) -> object:
        steps.pass_one()
        return real(*args, **kwargs)

    return stepping


def _committing(steps: Steps) -> Callable[[BaseDatabaseWrapper], None]:
    """A cut comes before the commit, or after it and before anyone knows."""
    real = BaseDatabaseWrapper.commit

    def commit(self: BaseDatabaseWrapper) -> None:
        steps.pass_one()
        real(self)
        steps.pass_one()

    return commit


def _no_exchange(*_: object) -> None:
    """As on a file system that has no exchange of two names."""
    raise OSError(22, "Invalid argument")
