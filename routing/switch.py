"""The switch, in its order: place, load, compare-and-set with the log, and then the pointer."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from retrieval import failpoints
from retrieval.messages import worded
from routing import backends, blaming, holds, slots, switch_metrics, versions
from routing.errors import (
    EpochConflict,
    NotActivatable,
    RoutingError,
    VersionDamaged,
    VersionGone,
    VersionOvertaken,
)
from routing.fallback import fallback_beside
from routing.lexical import refuse_unless_agreed
from routing.locks import layout, slot_lock, switch_lock
from routing.models import Activation, DeploymentVersion
from routing.pointer import Fallback, Pointer
from routing.reasons import given
from routing.repair import brought_up, named_by, point, repair_pointer
from routing.serving import Serving, now
from routing.waiting import refuse_to_publish

logger = logging.getLogger(__name__)

BUILDER = "builder"  # the one door that a hold and the policy close
Kind = Activation.Kind
State = DeploymentVersion.State
REFUSALS: dict[State, tuple[type[RoutingError], str]] = {
    State.COLLECTED: (VersionGone, gettext_noop("The index of #%(number)s is no longer kept.")),
    State.OVERTAKEN: (
        VersionOvertaken,
        gettext_noop("#%(number)s was overtaken, and is not served any more. %(why)s"),
    ),
    State.BUILDING: (NotActivatable, gettext_noop("#%(number)s is still being built.")),
    State.VERIFYING: (NotActivatable, gettext_noop("#%(number)s is still being checked.")),
    State.FAILED: (NotActivatable, gettext_noop("#%(number)s could not be built: %(why)s")),
    State.REJECTED: (NotActivatable, gettext_noop("#%(number)s was rejected: %(why)s")),
}


@dataclass(frozen=True, slots=True)
class Switch:
    """One wish to serve a version, and what was served when it was made."""

    version: DeploymentVersion
    begun: Serving
    actor: str
    reason: str
    door: str
    kind: str
    blamed: Mapping[str, blaming.Earlier] = field(default_factory=dict)

    @property
    def previous(self) -> DeploymentVersion | None:
        return self.begun.activation.version if self.begun.activation else None

    @property
    def goes_back(self) -> bool:
        return self.previous is not None and self.version.number < self.previous.number

    @property
    def entered_from(self) -> tuple[str, ...]:
        """The states that may be served; what was rejected, only by an override."""
        if self.kind == Kind.OVERRIDE:
            return (State.REJECTED,)
        return DeploymentVersion.ACTIVATABLE


def activate(
    number: int,
    *,
    actor: str,
    reason: str = "",
    door: str,
    kind: str | None = None,
    epoch: int | None = None,
    slot: str | None = None,
    override: bool = False,
    quarantine: Collection[str] = (),
    lexical: bool = False,
) -> Activation:
    """Send the traffic to a version; what is served already gives its activation, no new one.

    `epoch`: refuse when another is active by now. `slot`: the version must already be there.
    `override`: also what was rejected, for a reason that is kept; the load check is still made.
    `quarantine`: documents that are to blame for a rollback; they stay as they were, so nothing
    needs to be held. `lexical`: also when the version's embedder is gone.
    Raises any RoutingError; nothing that is served has changed then.
    """
    if override:
        reason = given(reason)
    begun = now()
    version = versions.get(number)
    if epoch in (None, begun.epoch) and not quarantine and (served := _served(number, begun)):
        return served
    kind = _kind(version, begun, door, kind)
    with switch_metrics.measured(kind):
        _refuse_if_unwanted(version, begun, epoch, override=override, lexical=lexical)
        active = begun.activation.version if begun.activation else None
        blamed = blaming.as_they_were(quarantine, version, active)
        switch = Switch(version, begun, actor, reason, door, kind, blamed)
        with switch_lock():
            _refuse_if_overtaken(switch)
            return _carry_out(switch, slot)


def _served(number: int, begun: Serving) -> Activation | None:
    """The activation of what is served already, with a pointer that says so."""
    if begun.activation is None or not begun.serves(number):
        return None
    repair_pointer()
    return begun.activation


def _refuse_if_unwanted(
    version: DeploymentVersion, begun: Serving, epoch: int | None, *, override: bool, lexical: bool
) -> None:
    """What is refused before any lock is taken."""
    if epoch not in (None, begun.epoch):
        raise EpochConflict(
            worded("The active epoch is %(now)s by now, not %(seen)s.",
                   now=begun.epoch, seen=epoch)
        )  # fmt: skip
    _refuse_unless_activatable(version, override)
    refuse_unless_agreed(version, lexical)


def _carry_out(switch: Switch, wanted_slot: str | None) -> Activation:
    number = switch.version.number
    if wanted_slot is not None and layout().slot_version(wanted_slot) != number:
        raise NotActivatable(
            worded(
                "Slot %(slot)s was given another version than #%(number)s.",
                slot=wanted_slot,
                number=number,
            )
        )
    slot = slots.take_idle_slot(number)
    backends.loaded(slot, number)
    fallback = fallback_beside(slot, number)
    with slot_lock():
        served = brought_up()
        if slot != slots.idle_slot(served) or layout().slot_version(slot) != number:
            raise EpochConflict(
                worded(
                    "Slot %(slot)s was given another version than #%(number)s.",
                    slot=slot,
                    number=number,
                )
            )
        failpoints.reach("activation.before")
        activation = _log(switch, slot, served)
        failpoints.reach("activation.logged")
        _point(activation, fallback)
    logger.info("#%d is served by backend %s: epoch %d, %s by %s (%s).", number, slot,
                activation.epoch, activation.kind, activation.actor, activation.door)  # fmt: skip
    return activation


def _log(switch: Switch, slot: str, served: Pointer | None) -> Activation:
    """The one transaction of a switch: states, activation and hold are changed, or none is."""
    try:
        with transaction.atomic():
            _refuse_if_overtaken(switch)
            if switch.door == BUILDER:
                refuse_to_publish(switch.version, switch.previous)
            _hand_over(switch)
            if switch.blamed:
                blaming.quarantine(switch.blamed, actor=switch.actor, reason=switch.reason)
            elif switch.goes_back:
                holds.place(actor=switch.actor, reason=switch.reason)
            return Activation.objects.create(
                epoch=1 + max(switch.begun.epoch, served.epoch if served else 0),
                version=switch.version,
                previous=switch.previous,
                slot=slot,
                kind=switch.kind,
                actor=switch.actor,
                reason=switch.reason,
                door=switch.door,
            )
    except IntegrityError as error:
        raise EpochConflict(worded("Another activation came first.")) from error


def _hand_over(switch: Switch) -> None:
    """Compare and set both states: where a row does not match, another process was first."""
    at = timezone.now()
    rows = DeploymentVersion.objects
    retiring = rows.filter(state=State.ACTIVE)
    if switch.previous is not None:
        retiring = retiring.filter(number=switch.previous.number)
    if retiring.update(state=State.RETIRED, retired_at=at) != (switch.previous is not None):
        raise EpochConflict(worded("Another version is active by now."))
    entering = rows.filter(number=switch.version.number, state__in=switch.entered_from, damage="")
    if entering.update(state=State.ACTIVE, activated_at=at) != 1:
        _refuse_unless_activatable(versions.get(switch.version.number))
        raise EpochConflict(worded("The version was changed by another just now."))


def _point(activation: Activation, fallback: Fallback | None) -> None:
    point(replace(named_by(activation), fallback=fallback))


def _kind(version: DeploymentVersion, begun: Serving, door: str, kind: str | None) -> str:
    """Anything older than what is active is a rollback, whatever the caller calls it."""
    if version.state == State.REJECTED:
        return Kind.OVERRIDE
    if begun.activation is not None and version.number < begun.activation.version_id:
        return Kind.ROLLBACK
    return kind or (Kind.PUBLISH if door == BUILDER else Kind.ACTIVATE)


def _refuse_if_overtaken(switch: Switch) -> None:
    epoch = now().epoch
    if epoch != switch.begun.epoch:
        raise EpochConflict(
            worded("Another activation came first: the active epoch is %(now)s by now.", now=epoch)
        )


def _refuse_unless_activatable(version: DeploymentVersion, override: bool = False) -> None:
    state = State(version.state)
    if version.damage and state != State.COLLECTED:
        raise VersionDamaged(
            worded(
                "#%(number)s is unavailable: %(damage)s",
                number=version.number,
                damage=version.damage,
            )
        )
    if state not in REFUSALS or (override and state == State.REJECTED):
        return
    refusal, template = REFUSALS[state]
    why = version.reason or worded("see its page")
    raise refusal(worded(template, number=version.number, why=why))
