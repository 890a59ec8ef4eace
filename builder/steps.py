"""The next step towards what should be served: activate what is proved already, or build it."""

import logging
from dataclasses import dataclass
from typing import Protocol

from builder import ahead, backlog, behind, changeover, kept, patience, publish, repair, signals
from builder.construction import construct
from builder.wanted import Wanted
from routing import activation, serving
from routing.errors import EpochConflict, MustWait, RoutingError
from routing.models import DeploymentVersion

logger = logging.getLogger("builder")

VECTORS = "vectors"  # what sets off a version of the same texts, with more of their vectors


class Step(Protocol):
    def take(self) -> bool:
        """False when it failed: the rest is left to the schedule."""
        ...


def following(*, only_looks: bool = False) -> Step | None:
    """What to do now; None when all is served, or waits for a person or for its time.

    `only_looks`: for who has not the build lock, under which alone a burst begins and is forgotten.

    The epoch is read first: a step is taken in the state of things that it was decided in, or a
    rollback that quarantines would be followed by the very text it blames, built a moment before.
    """
    goal, served, epoch = look()
    if ahead.is_due(goal):
        return WriteAhead(goal)
    if not only_looks:
        ahead.forget_what_is_taken(goal)
    goal = ahead.reachable(goal)
    is_reached = _is_reached(goal, served)
    if is_reached and not _can_get_vectors(served):
        return None
    proved = kept.for_wanted(goal, above=served.number if served else 0)
    if proved is not None:
        must_wait = proved.is_active or activation.must_wait(proved, served)
        return None if must_wait else Activate(proved, epoch)
    if patience.must_wait(goal):
        return None
    trigger = VECTORS if is_reached else repair.trigger(goal, served)
    return Build(goal, served, epoch, trigger)


def look() -> tuple[Wanted, DeploymentVersion | None, int]:
    """What is to be served next, what is, and since which switch; it is told to all who ask."""
    at, epoch = behind.now(), serving.now().epoch
    goal = changeover.goal()
    current = activation.current()
    served = current.version if current else None
    behind.tell(goal, served, epoch, at)
    return goal, served, epoch


@dataclass(frozen=True, slots=True)
class WriteAhead:
    goal: Wanted

    def take(self) -> bool:
        """Have it begun; what else there is to do goes on at once."""
        ahead.begin(self.goal)
        signals.burst_begun.send(sender=None)
        return True


@dataclass(frozen=True, slots=True)
class Activate:
    version: DeploymentVersion
    epoch: int

    def take(self) -> bool:
        try:
            publish.switch(self.version, self.epoch)
        except EpochConflict as error:
            logger.info("%s is not served as it is: %s", self.version.label, error)
            return serving.now().epoch != self.epoch  # look again, at what came between
        except MustWait as error:
            logger.info("%s", error)
        except RoutingError as error:
            logger.warning("%s is proved, but not served yet: %s", self.version.label, error)
            return False
        return True


@dataclass(frozen=True, slots=True)
class Build:
    goal: Wanted
    served: DeploymentVersion | None
    epoch: int
    trigger: str = ""

    def take(self) -> bool:
        """Build, prove and activate, even if more was saved meanwhile: the next step has that.

        To wait for an index of the very last edit would be to wait for people to stop typing.
        """
        before = kept.openable(self.served.number) if self.served else None
        version = construct(self.goal, before, self.trigger)
        if version.state == DeploymentVersion.State.READY:
            return Activate(version, self.epoch).take()
        return version.state == DeploymentVersion.State.REJECTED


def _is_reached(goal: Wanted, served: DeploymentVersion | None) -> bool:
    if served is None:  # without knowledge there is nothing to serve, and nothing to build
        return not goal.snapshot.revisions and serving.read_pointer() is None
    return goal.is_held_by(served) and kept.is_whole(served.number) and not served.damage


def _can_get_vectors(served: DeploymentVersion | None) -> bool:
    index = kept.openable(served.number) if served and served.coverage < 1.0 else None
    return index is not None and backlog.is_worth_a_version(index)
