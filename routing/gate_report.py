"""The gate's report (JSON on the version) as rows that a person can read."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

SHOWN = 20  # of the examples behind a check; the API gives all


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    passed: bool | None
    measured: str
    threshold: str
    detail: str
    examples: list[str]
    more: int

    @property
    def verdict(self) -> str:
        if self.passed is None:
            return _("Not run")
        return _("Passed") if self.passed else _("Failed")


def checks(report: dict[str, Any]) -> list[Check]:
    """One row for each check, those that failed first."""
    entries = report.get("checks")
    if isinstance(entries, dict):
        entries = [{"name": name, **_as_entry(entry)} for name, entry in entries.items()]
    if not isinstance(entries, list):
        return []
    rows = [_check(entry) for entry in entries if isinstance(entry, dict)]
    return sorted(rows, key=lambda row: row.passed is not False)


def summary(report: dict[str, Any]) -> str:
    """As "6/7"; empty before the checks ran."""
    run = [row for row in checks(report) if row.passed is not None]
    return f"{sum(row.passed is True for row in run)}/{len(run)}" if run else ""


def _as_entry(entry: object) -> dict[str, Any]:
    return entry if isinstance(entry, dict) else {"passed": entry}


def _check(entry: dict[str, Any]) -> Check:
    passed = entry.get("passed")
    examples = [_words(example) for example in entry.get("examples") or []]
    return Check(
        name=str(entry.get("name", "")).replace("_", " "),
        passed=passed if isinstance(passed, bool) else None,
        measured=_words(entry.get("measured")),
        threshold=_words(entry.get("threshold")),
        detail=_words(entry.get("detail")),
        examples=examples[:SHOWN],
        more=max(0, len(examples) - SHOWN),
    )


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_words(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_words(part) for part in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
