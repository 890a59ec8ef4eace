"""From a built version to a served one: place it, prove it, and send the traffic there."""

import logging
from datetime import UTC, datetime

from builder import edits, gate, kept, metrics
from builder.difference import Difference
from builder.errors import CannotProve, SlotTaken
from builder.gate import Candidate
from builder.progress import Progress
from builder.report import Report
from retrieval.errors import RetrievalError
from routing import activation, slots
from routing.models import Activation, DeploymentVersion, Hold
from routing.waiting import refuse_to_publish

logger = logging.getLogger("builder")

DOOR = "builder"
PLACED = 3  # times that a rollback may take the slot from under the gate


def prove(candidate: Candidate, progress: Progress) -> Report:
    """The gate's report, from the idle slot; whoever takes that slot meanwhile goes first."""
    for _ in range(PLACED):
        progress.enter("load")
        slot = slots.place(candidate.manifest.number)
        progress.enter("checks")
        try:
            return gate.examine(candidate, slot, progress.step)
        except SlotTaken as error:
            logger.info("%s The checks start again.", error)
    raise CannotProve(f"The idle slot was taken {PLACED} times during the checks.")


def switch(version: DeploymentVersion, epoch: int) -> Activation:
    """Send the traffic to a proved version, if what is served is still of that epoch.

    Raises RoutingError (MustWait and EpochConflict among others).
    """
    before = activation.current()
    # Only then the look at what was lifted: a hold that ends during the switch, which its own
    # transaction would not meet any more, has not been missed here.
    refuse_to_publish(version, before.version if before else None)
    hold = _lifted_since(before)
    switched = activation.activate(
        version.number,
        actor=hold.lifted_by if hold else version.actor,
        door=DOOR,
        kind=Activation.Kind.RESUME if hold else Activation.Kind.PUBLISH,
        epoch=epoch,
    )
    logger.info("Activated %s (%s: %d documents, %d chunks).", switched.slot, version.label,
                version.documents, version.chunks)  # fmt: skip
    _observe(before, version)
    return switched


def _lifted_since(before: Activation | None) -> Hold | None:
    """The hold whose end lets this version through, if it was one."""
    if before is None:
        return None
    return Hold.objects.filter(lifted_at__gt=before.activated_at).order_by("-lifted_at").first()


def _observe(before: Activation | None, version: DeploymentVersion) -> None:
    """How old each edit was when it came to be served; the switch is done whatever this meets."""
    try:
        earlier = kept.opened(before.version_id).revisions() if before else {}
        difference = Difference.between(earlier, kept.opened(version.number).revisions())
    except RetrievalError as error:
        logger.warning("The age of the edits in %s is not known: %s", version.label, error)
        return
    now = datetime.now(UTC)
    for edit in edits.latest(difference.paths):
        metrics.edit_to_served.observe(max(0.0, (now - edit.saved_at).total_seconds()))
    metrics.unserved_edits.set(0)
