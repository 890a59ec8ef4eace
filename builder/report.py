"""What a gate measured: a list of checks, kept with the version as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any

EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `examples`: what failed it, or what it exempts; at most EXAMPLES are kept.

    `cases`: what was asked, with the answer to it, where the check is made of questions.
    """

    name: str
    passed: bool
    measured: Any
    threshold: Any
    detail: str
    examples: tuple[str, ...] = ()
    cases: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        found = {**asdict(self), "examples": list(self.examples[:EXAMPLES])}
        return {**found, "cases": list(self.cases)}


@dataclass(slots=True)
class Report:
    slot: str
    checks: list[Check] = field(default_factory=list)
    seconds: float = 0.0
    probes: str = ""  # the sum of the probes that were asked: other ones may judge otherwise

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def reason(self) -> str:
        """Why the version is refused: every check that it failed."""
        return " ".join(check.detail for check in self.checks if not check.passed)

    def as_json(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "slot": self.slot,
            "seconds": round(self.seconds, 3),
            "probes": self.probes,
            "checks": [check.as_json() for check in self.checks],
        }
