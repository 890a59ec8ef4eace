"""What every door calls to change what is served: admin, API and builder alike."""

from routing.holds import held, resume
from routing.rejecting import reject
from routing.repair import repair_pointer
from routing.rollback import rollback, rollback_target
from routing.serving import current
from routing.switch import activate
from routing.waiting import must_wait

__all__ = [
    "activate",
    "current",
    "held",
    "must_wait",
    "reject",
    "repair_pointer",
    "resume",
    "rollback",
    "rollback_target",
]
