"""What users saw, phase by phase."""

from dataclasses import asdict, dataclass, field
from typing import Any

SHOWN = 5  # failures told in full
HEADINGS = ("phase", "requests", "failures", "asked again", "slowest", "versions",
            "streams", "whole", "told")  # fmt: skip


@dataclass
class Row:
    """A phase. `told`: streams that ended with the event `error`, where a backend was killed."""

    phase: str
    requests: int = 0
    failures: int = 0
    asked_again: int = 0
    slowest_ms: int = 0
    versions: set[int] = field(default_factory=set)
    streams: int = 0
    whole: int = 0
    told: int = 0

    def cells(self) -> list[str]:
        numbers = sorted(self.versions)
        few = ", ".join(f"#{number}" for number in numbers)
        seen = few if len(numbers) <= 3 else f"{len(numbers)}: #{numbers[0]}–#{numbers[-1]}"
        return [self.phase, str(self.requests), str(self.failures), str(self.asked_again),
                f"{self.slowest_ms} ms", seen or "–", str(self.streams), str(self.whole),
                str(self.told)]  # fmt: skip


@dataclass
class Tally:
    rows: list[Row] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        asked = sum(row.requests for row in self.rows)
        return asked > 0 and not self.failures and not self.problems

    def failed(self, row: Row, what: str) -> None:
        row.failures += 1
        self.failures.append(f"{row.phase}: {what}")

    def as_dict(self) -> dict[str, Any]:
        rows = [{**asdict(row), "versions": sorted(row.versions)} for row in self.rows]
        return {"passed": self.passed, "phases": rows, "failures": self.failures[:SHOWN],
                "problems": self.problems, "notes": self.notes}  # fmt: skip

    def as_table(self) -> str:
        told = [list(HEADINGS), *(row.cells() for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*told, strict=True)]
        told.insert(1, ["-" * width for width in widths])
        table = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in told]
        details = [*self.failures[:SHOWN], *self.problems, *self.notes]
        verdict = "Passed: nobody who asked saw a failure." if self.passed else "FAILED."
        return "\n".join([*table, "", *details, verdict])
