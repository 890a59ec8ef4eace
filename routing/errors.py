"""What can be refused when versions are served; `code` is what the API shows.

RoutingError
├── NoSuchVersion
├── NoSuchSlot
├── NotActivatable
│   ├── VersionOvertaken
│   └── VersionDamaged
├── VersionGone
├── ReasonNeeded
├── EpochConflict
├── NotChanged
├── CannotQuarantine
├── LexicalOnly
├── NothingToRollBackTo
├── LoadFailed
├── MustWait
│   ├── HoldInPlace
│   └── PersonDecides
├── StateConflict
├── HistoryIsKept
├── NotANumber
├── BackendsDown
└── TrialFailed
"""


class RoutingError(Exception):
    """The root: catch it to catch all of them."""

    code = "conflict"


class NoSuchVersion(RoutingError):
    """No version has this number."""

    code = "no_such_version"


class NoSuchSlot(RoutingError):
    """There are two slots, v1 and v2, and this is neither."""

    code = "no_such_slot"


class NotActivatable(RoutingError):
    """The version is in a state that may not be served."""

    code = "not_activatable"


class VersionOvertaken(NotActivatable):
    """A newer version was proved before this one was ever served."""

    code = "overtaken"


class VersionDamaged(NotActivatable):
    """A part of the version's index is damaged, and could not be made again."""

    code = "damaged"


class ReasonNeeded(RoutingError):
    """The log says why for this kind of decision, and no reason was given."""

    code = "reason_needed"


class VersionGone(RoutingError):
    """The version existed, but its index is no longer kept."""

    code = "version_collected"


class EpochConflict(RoutingError):
    """Another activation came first: what the caller saw is no longer what is served."""

    code = "epoch_conflict"


class NotChanged(RoutingError):
    """A document is blamed that did not change between what is served and what returns."""

    code = "not_changed"


class CannotQuarantine(RoutingError):
    """A blamed document can't be kept as it was: its earlier text is no longer known."""

    code = "cannot_quarantine"


class LexicalOnly(RoutingError):
    """The version's embedder is gone, and nobody agreed to answers by words alone."""

    code = "lexical_only"


class NothingToRollBackTo(RoutingError):
    """No kept version below the active one was ever served."""

    code = "nothing_to_roll_back_to"


class LoadFailed(RoutingError):
    """The slot's backend did not load the version, or loaded something else."""

    code = "load_failed"


class MustWait(RoutingError):
    """The builder may not send the traffic to the version; it stays ready for a person."""

    code = "conflict"


class HoldInPlace(MustWait):
    """Automatic activation is stopped until someone resumes."""


class PersonDecides(MustWait):
    """The policy is that a person activates or rejects each version."""


class StateConflict(RoutingError):
    """The version was no longer in a state from which this change is allowed."""

    code = "conflict"


class HistoryIsKept(RoutingError):
    """What the history is made of is written once, and never changed or deleted."""

    code = "conflict"


class NotANumber(RoutingError):
    """What was given as a version is not the number of one."""

    code = "invalid"


class BackendsDown(RoutingError):
    """Neither slot's backend answers."""

    code = "backend_unavailable"


class TrialFailed(RoutingError):
    """A version that was asked gave no whole answer."""

    code = "trial_failed"
