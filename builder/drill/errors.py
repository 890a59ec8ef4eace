"""Why a drill does not begin, or does not go on.

DrillError
├── Refused    the system is not in a state to be drilled
├── Told       a control call was refused
└── NotInTime  something that should have happened did not
"""


class DrillError(Exception):
    """The root: its message is for the operator."""


class Refused(DrillError):
    """Nothing was done; the message says what stands against it."""


class Told(DrillError):
    """A control call was refused, in the system's own words."""


class NotInTime(DrillError):
    """What should have happened did not, within the drill's patience."""
