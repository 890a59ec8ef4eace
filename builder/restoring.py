"""Gives a lost or older database back what the disk knows of versions, and of what is served.

Under the build lock. Numbers come from the folders, the epoch from the pointer or its copy: neither
is used twice. What people decided, and holds still, comes from the file that `decisions` keeps.
"""

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from builder import decisions, reinstating
from builder.wanted import layout
from retrieval import manifest as manifests
from retrieval.errors import RetrievalError
from retrieval.layout import SLOTS
from retrieval.manifest import Manifest
from routing import recovering, serving, verdicts
from routing.models import DeploymentVersion

logger = logging.getLogger("builder")

State = DeploymentVersion.State
NEVER_PROVED = "It was never proved, as far as its folder tells."
STATES = {State.READY: State.RETIRED, State.REJECTED: State.REJECTED,
          State.OVERTAKEN: State.OVERTAKEN}  # fmt: skip


def restore() -> None:
    """A row for each version that only its folder tells of; what the router obeys is active.

    What was decided comes last, and nothing is built, activated or collected before it.
    """
    undecided = decisions.is_behind()
    if not (undecided or _is_behind()):
        return
    known = set(DeploymentVersion.objects.values_list("number", flat=True))
    for number in layout().numbers():
        if number not in known:
            _restore(number)
    recovering.recover_activation()
    if undecided:
        reinstating.reinstate()


def _is_behind() -> bool:
    """The router obeys what the log lacks; or a slot does, where the pointer is lost as well."""
    now = serving.now()
    if now.pointer is not None or now.copy is not None:
        return not now.is_logged
    named = (layout().slot_version(slot) for slot in SLOTS)
    placed = {number for number in named if number is not None}
    return DeploymentVersion.objects.filter(number__in=placed).count() < len(placed)


def _restore(number: int) -> None:
    try:
        manifest = manifests.read(layout(), number)
    except RetrievalError as error:
        logger.warning("#%d can't be restored: %s", number, error)
        return
    version = DeploymentVersion(
        number=number,
        digest=manifest.digest,
        fingerprint=manifest.fingerprint.as_dict(),
        parent=manifest.parent,
        documents=manifest.documents,
        chunks=manifest.chunks,
        embedded=manifest.embedded,
        **_told(manifest, verdicts.read(number)),
    )
    with transaction.atomic():
        version.save(force_insert=True)
    logger.warning("%s is known again, from its folder: %s.", version.label, version.state)


def _told(manifest: Manifest, verdict: dict[str, Any] | None) -> dict[str, Any]:
    """What the verdict says; what was proved may return, whether or not it was ever served."""
    if verdict is None or verdict["state"] not in STATES:
        built = parse_datetime(manifest.created_at) or timezone.now()
        reason = verdict["reason"] if verdict else NEVER_PROVED
        return {"state": State.FAILED, "reason": reason, "created_at": built, "built_at": built}
    times = {name: verdict[name] and parse_datetime(verdict[name])
             for name in ("created_at", "built_at")}  # fmt: skip
    return verdict | times | {"state": STATES[verdict["state"]]}
