"""The gate's report (JSON on the version) as rows that a person can read."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from routing import answers
from routing.answers import Case

SHOWN = 20  # of the examples behind a check; the API gives all
NAMES = {
    "sums": pgettext_lazy("name of a check", "sums"),
    "dimensions": pgettext_lazy("name of a check", "dimensions"),
    "loads": pgettext_lazy("name of a check", "loads"),
    "counts": pgettext_lazy("name of a check", "counts"),
    "fingerprint": pgettext_lazy("name of a check", "fingerprint"),
    "not_shrunk": pgettext_lazy("name of a check", "not shrunk"),
    "deletion": pgettext_lazy("name of a check", "deletion"),
    "insertion": pgettext_lazy("name of a check", "insertion"),
    "probes": pgettext_lazy("name of a check", "probes"),
}


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    passed: bool | None
    measured: str
    threshold: str
    detail: str
    examples: list[str]
    more: int
    cases: list[Case] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.passed is None:
            return _("Not run")
        return _("Passed") if self.passed else _("Failed")

    @property
    def tried(self) -> list[bool]:
        """What counts in "38/40": each probe by itself, any other check as one."""
        if self.cases:
            return [case.passed for case in self.cases]
        return [] if self.passed is None else [self.passed]


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
    """As "38/40"; empty before the checks ran."""
    tried = [passed for check in checks(report) for passed in check.tried]
    return f"{sum(tried)}/{len(tried)}" if tried else ""


def _as_entry(entry: object) -> dict[str, Any]:
    return entry if isinstance(entry, dict) else {"passed": entry}


def _check(entry: dict[str, Any]) -> Check:
    passed = entry.get("passed")
    examples = [_words(example) for example in entry.get("examples") or []]
    return Check(
        name=_name(str(entry.get("name", ""))),
        passed=passed if isinstance(passed, bool) else None,
        measured=_words(entry.get("measured")),
        threshold=_words(entry.get("threshold")),
        detail=_words(entry.get("detail")),
        examples=examples[:SHOWN],
        more=max(0, len(examples) - SHOWN),
        cases=answers.cases(entry),
    )


def _name(name: str) -> str:
    return str(NAMES.get(name, name.replace("_", " ")))


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_words(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_words(part) for part in value)
    if isinstance(value, float):
        return f"{value:g}".replace(".", get_format("DECIMAL_SEPARATOR"))
    return str(value)
