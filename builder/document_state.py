"""Answers knowledge's editors: is this document's text what is served, and if not, why not yet?"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from builder import progress
from builder.difference import Revisions
from builder.wanted import layout
from knowledge import quarantine, telling
from knowledge.models import Document, Quarantine, Revision
from knowledge.telling import DocumentState, Step, Way
from retrieval.errors import RetrievalError
from retrieval.layout import Layout
from routing import formats, holds, policy, serving
from routing.models import Activation, DeploymentVersion, Hold
from routing.permissions import VIEW

logger = logging.getLogger(__name__)

State = DeploymentVersion.State
UNDER_WAY = (State.BUILDING, State.VERIFYING)
TO_COME = (*UNDER_WAY, State.READY, State.REJECTED, State.FAILED)
CHECKS = ("load", "checks", "compare")


@dataclass(frozen=True, slots=True)
class Now:
    """What is served and what is to come, read once for all the documents that are asked about."""

    served: int | None
    texts: Revisions | None  # of what is served; None: its index can't be read
    coming: DeploymentVersion | None  # the newest above what is served
    hold: Hold | None
    is_manual: bool
    quarantined: dict[int, Quarantine]
    links: bool  # whether who asks may see the versions


def tell(documents: Iterable[Document], user: Any, **_kwargs: Any) -> dict[int, DocumentState]:
    """Receives `telling_state`."""
    asked = list(documents)
    now = _now(asked, user)
    return {document.pk: _state(document, now, alone=len(asked) == 1) for document in asked}


def _now(documents: list[Document], user: Any) -> Now:
    pointer = serving.read_pointer()
    above = DeploymentVersion.objects.filter(state__in=TO_COME, number__gt=_number(pointer))
    placed = quarantine.open_ones().filter(document__in=documents)
    return Now(
        served=pointer.version if pointer else None,
        texts=texts_of(layout(), pointer.version) if pointer else {},
        coming=above.order_by("-number").first(),
        hold=holds.held(),
        is_manual=policy.current() == policy.MANUAL,
        quarantined={each.document_id: each for each in placed},
        links=user.has_perm(VIEW),
    )


def _number(pointer: Any) -> int:
    return pointer.version if pointer else 0


def texts_of(layout: Layout, number: int) -> Revisions | None:
    """What a version holds; None when its index can't be read."""
    try:
        return _read(layout, number)
    except RetrievalError as error:
        logger.warning("What #%d holds is not known: %s", number, error)
        return None


@lru_cache(maxsize=2)  # a version never changes
def _read(layout: Layout, number: int) -> Revisions:
    from retrieval.index import Index  # here: it loads FAISS, which most processes never need

    return Index.open(layout, number).revisions()


def _state(document: Document, now: Now, *, alone: bool) -> DocumentState:
    placed = now.quarantined.get(document.pk)
    if placed:
        return _quarantined(placed)
    if now.texts is None:
        return DocumentState(telling.UNKNOWN, _("Not known"), _("The index can't be read."))
    live, served = document.revision, now.texts.get(document.path)
    if live is None and not _holds_some(document, served):
        return DocumentState(telling.DELETED, _("Deleted"), _("It is no longer served."))
    if live is not None and served is not None and served[1] == live.sha256:
        return _live(live, now, alone=alone)
    return _to_come(document, now)


def _holds_some(document: Document, served: tuple[int, str] | None) -> bool:
    """Whether a text of this document is served: where it was, there may be another one by now."""
    if served is None:
        return False
    return document.revisions.filter(path=document.path, number=served[0]).exists()


def _quarantined(placed: Quarantine) -> DocumentState:
    served = (
        _("Served as of revision %(n)d.") % {"n": placed.revision.number}
        if placed.revision
        else _("Not served.")
    )
    link = reverse("admin:knowledge_quarantine_changelist")
    return DocumentState(
        telling.QUARANTINED, _("Quarantined"), served, link, since=formats.clock(placed.placed_at)
    )


def _live(live: Revision, now: Now, *, alone: bool) -> DocumentState:
    words = _("Live in #%(n)d") % {"n": now.served}
    since = _since(live) if alone else ""
    return DocumentState(telling.LIVE, words, link=_link(now, now.served), since=since)


def _since(live: Revision) -> str:
    """When readers got this text: the first switch after the last to a version without it."""
    switches = Activation.objects.order_by("epoch")
    without = switches.filter(version__created_at__lt=live.saved_at).last()
    after = switches.filter(epoch__gt=without.epoch if without else 0)
    first = after.first()
    return formats.clock(first.activated_at) if first else ""


def _to_come(document: Document, now: Now) -> DocumentState:
    coming = now.coming if now.coming and _takes(now.coming, document) else None
    if now.hold:
        return _paused(now.hold, now)
    if coming is None:
        return _queued(document)
    if coming.state == State.REJECTED:
        return DocumentState(telling.REJECTED, _("Check failed"), _refused(coming),
                             _link(now, coming.number))  # fmt: skip
    if coming.state == State.FAILED:
        detail = _("%(refused)s It is tried again by itself.") % {"refused": _refused(coming)}
        return DocumentState(telling.FAILED, _("Build failed"), detail, _link(now, coming.number))
    if coming.state == State.READY and now.is_manual:
        return DocumentState(telling.WAITING, _("Waits for a person"),
                             _("#%(n)d is checked, and waits to be activated.")
                             % {"n": coming.number}, _link(now, coming.number))  # fmt: skip
    return _building(document, coming, now)


def _takes(version: DeploymentVersion, document: Document) -> bool:
    """Whether its build began after the last save, and so has it."""
    last = document.revision or document.revisions.order_by("-number").defer("body").first()
    return last is None or version.created_at >= last.saved_at


def _paused(hold: Hold, now: Now) -> DocumentState:
    detail = _("Updates are paused by %(who)s since %(at)s.") % {
        "who": hold.placed_by, "at": formats.clock(hold.placed_at),
    }  # fmt: skip
    link = reverse("admin:routing_deploymentversion_changelist") if now.links else ""
    return DocumentState(telling.PAUSED, _("Saved, not live"), detail, link)


def _queued(document: Document) -> DocumentState:
    is_live = document.revision is not None
    words = _("Saved, not live yet") if is_live else _("Deleted, still served")
    return DocumentState(telling.BUILDING, words, way=_way(document, _("Next build"), "build"))


def _building(document: Document, version: DeploymentVersion, now: Now) -> DocumentState:
    told = progress.read() or {}
    if told.get("version") != version.number:
        told = {}
    stage = _stage(version, told)
    name = {"n": version.number}
    words = _("Building #%(n)d") if stage == "build" else _("Checking #%(n)d")
    way = _way(document, _("Building #%(n)d") % name, stage, told)
    return DocumentState(telling.BUILDING, words % name, link=_link(now, version.number), way=way)


def _stage(version: DeploymentVersion, told: dict[str, Any]) -> str:
    if version.state == State.READY:
        return "switch"
    checks = version.state == State.VERIFYING or told.get("stage") in CHECKS
    return "checks" if checks else "build"


def _way(document: Document, build: str, stage: str, told: dict[str, Any] | None = None) -> Way:
    """ "Saved → Building #43 → Checks → Live", and where it is."""
    start = _("Saved") if document.revision else _("Deleted")
    steps = [("", start), ("build", build), ("checks", _("Checks")), ("switch", _("Live"))]
    so_far = told or {}
    return Way(
        tuple(Step(words, name == stage) for name, words in steps),
        int(so_far.get("done", 0)),
        int(so_far.get("total", 0)),
    )


def _refused(version: DeploymentVersion) -> str:
    return _("#%(n)d: %(reason)s") % {"n": version.number, "reason": version.reason}


def _link(now: Now, number: int | None) -> str:
    if not now.links or number is None:
        return ""
    return reverse("admin:routing_deploymentversion_change", args=[number])
