"""The versions that are kept: opened once a process, and chosen from."""

import logging
from collections.abc import Iterator
from functools import lru_cache

from builder.wanted import Wanted, layout
from retrieval.errors import RetrievalError
from retrieval.index import Index
from retrieval.layout import Layout
from retrieval.manifest import Fingerprint
from routing.models import DeploymentVersion

logger = logging.getLogger(__name__)

State = DeploymentVersion.State
GOOD = (State.ACTIVE, State.READY, State.RETIRED)


def opened(number: int) -> Index:
    """The version, kept open for the next build; raises RetrievalError."""
    return _opened(layout(), number)


@lru_cache(maxsize=4)
def _opened(layout: Layout, number: int) -> Index:
    return Index.open(layout, number)


def openable(number: int) -> Index | None:
    """The version; None, saying so, when it can't be opened: work goes on without it."""
    try:
        return opened(number)
    except RetrievalError as error:
        logger.warning("#%d can't be built upon: %s", number, error)
        return None


def is_whole(number: int) -> bool:
    return layout().manifest(number).is_file()


def for_wanted(wanted: Wanted, above: int) -> DeploymentVersion | None:
    """The newest proved version that holds what is wanted, numbered above the active one.

    Never one below: activating it would be a rollback, which puts a hold in place. It may be the
    active one itself, if someone switched to it since `above` was read: to build it again then
    would take the idle slot from people for nothing.
    """
    rows = DeploymentVersion.objects.filter(
        state__in=GOOD, damage="", digest=wanted.digest, number__gt=above
    )
    return next(
        (row for row in rows.order_by("-number")
         if wanted.is_held_by(row) and is_whole(row.number)), None
    )  # fmt: skip


def newest() -> Index | None:
    """The version that the next one follows, whatever made it."""
    return next(_good(), None)


def base_for(fingerprint: Fingerprint) -> Index | None:
    """The newest version that can be extended in this scheme; None: build from nothing.

    Its vectors may be another embedder's: then its rows stay, and get others.
    """
    return next(_good(fingerprint), None)


def forget() -> None:
    """Open all anew at the next need: a segment was found damaged."""
    _opened.cache_clear()


def _good(fingerprint: Fingerprint | None = None) -> Iterator[Index]:
    """Newest first. One that can't be opened is passed over: the build does without it."""
    rows = DeploymentVersion.objects.filter(state__in=GOOD).order_by("-number")
    for number, made_by in rows.values_list("number", "fingerprint"):
        fits = fingerprint is None or _rows_by(made_by) == _rows_by(fingerprint.as_dict())
        if fits and is_whole(number) and (index := openable(number)):
            yield index


def _rows_by(fingerprint: dict[str, str]) -> tuple[str | None, str | None]:
    return fingerprint.get("chunker"), fingerprint.get("analyser")
