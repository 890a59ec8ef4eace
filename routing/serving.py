"""What is served now, as the pointer and the log of activations say it."""

import logging
from dataclasses import dataclass

from django.conf import settings

from routing import pointer
from routing.locks import layout
from routing.models import Activation
from routing.pointer import Pointer, PointerUnreadable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Serving:
    """A switch starts from this, and is refused when it is no longer so."""

    activation: Activation | None
    pointer: Pointer | None
    copy: Pointer | None = None  # of the pointer, beside the indices

    @property
    def epoch(self) -> int:
        """The highest epoch that anything here knows of; 0 before the first."""
        known = (self.activation, self.pointer, self.copy)
        return max((one.epoch for one in known if one is not None), default=0)

    @property
    def is_logged(self) -> bool:
        """False when a file is ahead: the database is older than what is served."""
        return self.activation is not None and self.activation.epoch == self.epoch

    def serves(self, number: int) -> bool:
        return self.is_logged and self.activation is not None and (
            self.activation.version_id == number
        )  # fmt: skip


def now() -> Serving:
    return Serving(latest_activation(), read_pointer(), _copy())


def current() -> Activation | None:
    """The activation that is served; None before the first, and when the database lacks it.

    A database that was restored from a copy knows an older switch than the router obeys: to those
    who ask what is served, that is "unknown", so that they activate again.
    """
    serving = now()
    return serving.activation if serving.is_logged else None


def latest_activation() -> Activation | None:
    return Activation.objects.select_related("version", "previous").order_by("-epoch").first()


def _copy() -> Pointer | None:
    try:
        return pointer.read_file(layout().last_activation)
    except PointerUnreadable:
        logger.exception("What was served last is not known by its copy.")
        return None


def read_pointer() -> Pointer | None:
    """The pointer, or None when it is missing or damaged: the next switch or repair rewrites it."""
    try:
        return pointer.read(settings.DATA_DIR)
    except PointerUnreadable:
        logger.exception("The pointer will be written anew from the log of activations.")
        return None
