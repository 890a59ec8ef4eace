"""What the router may answer from, marked degraded, while the active backend is down."""

import logging

from retrieval.errors import RetrievalError
from retrieval.layout import other
from routing.differences import revisions
from routing.locks import layout
from routing.models import Activation, DeploymentVersion
from routing.pointer import Fallback

logger = logging.getLogger(__name__)


def fallback_beside(slot: str, number: int) -> Fallback | None:
    """The version of the other slot, when it may stand in for `number` in `slot`.

    It must have been served before, be an earlier one, and hold no document that `number` lacks:
    neither what someone rolled back nor what someone deleted may return because a process died.
    """
    beside = layout().slot_version(other(slot))
    if beside is None or beside >= number:
        return None
    if not Activation.objects.filter(version_id=beside).exists() or _lacks(number, beside):
        return None
    return Fallback(other(slot), beside)


def _lacks(number: int, beside: int) -> bool:
    """Whether a document of `beside` is not in `number`, or that can't be told."""
    if _took_nothing_from(number, beside):
        return False
    try:
        return not revisions(beside).keys() <= revisions(number).keys()
    except RetrievalError:
        logger.exception("#%d can't be compared with #%d: there is no fallback.", beside, number)
        return True


def _took_nothing_from(number: int, beside: int) -> bool:
    """Whether `number` was built upon `beside` and removed nothing: then no index need be read."""
    row = DeploymentVersion.objects.filter(number=number, parent=beside).values_list("changes")
    changes = row.first()
    return changes is not None and changes[0].get("counts", {}).get("removed") == 0
