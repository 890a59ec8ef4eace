"""Gives a lost or older database back what people decided: who, when and why as they were then.

Each fact carries its time, and one that the database has from later stays: someone decided anew.
"""

import logging
from datetime import datetime

from django.db import transaction

from builder import decisions, kept
from builder.decisions import Told
from builder.wanted import layout
from knowledge import places, quarantine, revisions
from knowledge.errors import KnowledgeError
from knowledge.models import Door, Quarantine, Revision
from knowledge.quarantine import Earlier
from routing.models import Decision, DeploymentVersion, Hold, PolicyChange
from routing.recovering import SYSTEM

logger = logging.getLogger("builder")

KEPT_FOR = "What the document's quarantine serves, from the index: the database had lost it."
BACK = "What was live before."
PINS = (Decision.Kind.PIN, Decision.Kind.UNPIN)


def reinstate() -> None:
    """All of it at once: a part of it would look as if the database were not behind any more."""
    told = decisions.read()
    if told is None:
        return
    with transaction.atomic():
        _hold(told["hold"])
        _policy(told["policy"])
        for pin in told["pins"]:
            _pin(pin)
        for each in told["quarantines"]:
            _quarantine(each)
    decisions.rewrite()
    logger.warning("What people decided until %s is known again, from its file.", told["latest"])


def _hold(told: Told | None) -> None:
    """The latest one, open or lifted; whichever was open before was lifted by then."""
    if told is None:
        return
    latest = Hold.objects.order_by("-placed_at").first()
    at = datetime.fromisoformat(told["placed_at"])
    if latest is not None and latest.placed_at > at:
        return
    lifted = {"lifted_at": at, "lifted_by": SYSTEM, "lifted_door": SYSTEM}
    if latest is not None and latest.placed_at == at:
        lifted = {name: told[name] for name in lifted}
    Hold.objects.filter(lifted_at=None).update(**lifted)
    if latest is None or latest.placed_at < at:
        Hold.objects.create(**told)


def _policy(told: Told | None) -> None:
    if told and not PolicyChange.objects.filter(changed_at__gte=told["changed_at"]).exists():
        PolicyChange.objects.create(**told)


def _pin(told: Told) -> None:
    """Also by whom; a version that is gone can't be pinned."""
    number, made = told["number"], {name: told[name] for name in told if name != "number"}
    if (
        made
        and Decision.objects.filter(
            version=number, kind__in=PINS, decided_at__gte=made["decided_at"]
        ).exists()
    ):
        return
    rows = DeploymentVersion.objects.filter(number=number, pinned=False)
    pinned = rows.exclude(state=DeploymentVersion.State.COLLECTED).update(pinned=True)
    if pinned and made:
        Decision.objects.create(version_id=number, kind=Decision.Kind.PIN, **made)


def _quarantine(told: Told) -> None:
    """Where the text that it serves is in no index any more, the document can't be kept back."""
    document = places.live_at(told["path"])
    if document is None or document.quarantines.filter(placed_at__gte=told["placed_at"]).exists():
        return
    try:
        with transaction.atomic():
            path, earlier = _as_it_was(told["path"], told["served"])
            made = quarantine.place({path: earlier}, actor=told["placed_by"], reason=told["reason"])
            Quarantine.objects.filter(pk__in=[each.pk for each in made]).update(
                placed_at=told["placed_at"]
            )
    except KnowledgeError as error:
        logger.warning("%s is not in quarantine any more: %s", told["path"], error)


def _as_it_was(path: str, served: Told | None) -> tuple[str, Earlier]:
    """Which revision is served; saved once more, below the live one, when it is not known here."""
    if served is None:
        return path, None
    if Revision.objects.filter(**served).exists():
        return served["path"], (served["number"], served["sha256"])
    earlier = _save(path, _text(served), KEPT_FOR)
    return path, (earlier.number, earlier.sha256)


def _save(path: str, body: str, note: str) -> Revision:
    live = revisions.get(path).body
    saved = [
        revisions.save(path, text, actor=SYSTEM, door=Door.API, note=why)
        for text, why in ((body, note), (live, BACK))
    ]
    return saved[0].revision


def _text(served: Told) -> str:
    """By its sum, from whichever kept version holds it."""
    for number in reversed(layout().numbers()):
        index = kept.openable(number)
        found = index.document(served["path"]) if index else None
        if found is not None and found[0].sha256 == served["sha256"]:
            return found[1]
    raise KnowledgeError(f"No version holds the text of {served['path']} that it served.")
