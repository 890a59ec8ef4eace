"""What every operator page says first: what is served, whether that is confirmed, who holds it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from retrieval.messages import told
from routing import backends, formats, holds, policy, serving, signals, waiting
from routing.errors import LoadFailed, NothingToRollBackTo
from routing.models import Activation, DeploymentVersion, Hold
from routing.permissions import ACTIVATE, CHANGE_POLICY
from routing.pointer import Pointer
from routing.rollback import rollback_target

READ_BACK_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Notice:
    """A line under the strip, and where to go from there."""

    words: str
    link: str


@dataclass(frozen=True, slots=True)
class SyncState:
    """Whether all that was saved is served, in words, and where to see what is not, and why, for
    who may see that."""

    words: str
    link: str = ""
    settled: bool = True


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the active slot's backend itself said, just now."""

    confirmed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    pointer: Pointer | None
    activation: Activation | None
    read_back: ReadBack
    hold: Hold | None
    waiting: int
    policy: str
    back_to: DeploymentVersion | None
    sync: SyncState | None

    @property
    def is_manual(self) -> bool:
        return self.policy == policy.MANUAL

    @property
    def coverage(self) -> str:
        """What is said while not every chunk of what is served has its vector."""
        return formats.coverage(self.activation.version.coverage) if self.activation else ""

    @property
    def since(self) -> Any:
        return self.activation.activated_at if self.activation else None


def context(request: HttpRequest) -> dict[str, Any]:
    """For the templates `routing/strip.html` and the held banner in it."""
    return {
        "strip": strip(request.user),
        "notices": _notices(),
        "now": timezone.now(),
        "may_activate": request.user.has_perm(ACTIVATE),
        "may_change_policy": request.user.has_perm(CHANGE_POLICY),
    }


def strip(user: Any) -> Strip:
    pointer, activation = serving.read_pointer(), serving.current()
    return Strip(
        pointer=pointer,
        activation=activation,
        read_back=read_back(pointer),
        hold=holds.held(),
        waiting=waiting.versions(pointer).count(),
        policy=policy.current(),
        back_to=_back_to(),
        sync=_sync(user) if pointer else None,
    )


def read_back(pointer: Pointer | None) -> ReadBack:
    """Ask the backend that has the traffic which version it answers from."""
    if pointer is None:
        return ReadBack(False)
    try:
        report = backends.health(pointer.slot, timeout=READ_BACK_SECONDS)
    except LoadFailed as error:
        return ReadBack(False, told(error, gettext))
    if report.get("version") != pointer.version:
        return ReadBack(False, f"#{report.get('version')}")
    return ReadBack(True)


def _back_to() -> DeploymentVersion | None:
    try:
        return rollback_target()
    except NothingToRollBackTo:
        return None


def _sync(user: Any) -> SyncState | None:
    heard: list[tuple[Any, Any]] = signals.telling_sync.send(Strip, user=user)
    return next((state for _, state in heard), None)


def _notices() -> list[Notice]:
    heard: list[tuple[Any, Any]] = signals.noticing.send(Strip)
    return [notice for _, told in heard for notice in told]
