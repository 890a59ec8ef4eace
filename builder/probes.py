"""Runs probes: all that are enabled against a candidate, or one against what is served now."""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from builder.errors import CannotProve
from builder.models import Probe
from builder.probing import BadPattern, failures
from builder.questioning import Questioning, of_what_is_served
from builder.report import Check

SECONDS = 10.0  # for one probe
AT_ONCE = 4
UNANSWERED = {"answer": "", "answered": False, "citations": []}

Report = Callable[[int, int], None]
Case = dict[str, Any]


def enabled() -> list[Probe]:
    return list(Probe.objects.filter(enabled=True))


def digest(probes: Sequence[Probe]) -> str:
    """Equal for probes that judge alike."""
    judged = [
        [probe.question, probe.must_cite, probe.must_contain, probe.must_not_contain,
         probe.severity]
        for probe in probes
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(sorted(judged)).encode()).hexdigest()


def check(asked: Questioning, probes: Sequence[Probe], report: Report) -> Check:
    """What the probes say of a candidate; CannotProve when a blocking one gets no answer."""
    cases = _cases(asked, probes, report)
    failed = [case for case in cases if not case["passed"]]
    blocking = [case for case in failed if case["severity"] == Probe.Severity.BLOCKING]
    return Check(
        "probes",
        not blocking,
        len(cases) - len(failed),
        len(cases),
        _told(cases, failed, blocking),
        tuple(told(case) for case in failed),
        tuple(cases),
    )


def try_now(probe: Probe) -> tuple[Case, int]:
    """The case of one probe, saved or not, and the active version that answered it.

    Raises NothingServed, or CannotProve when the backend gives no answer.
    """
    return of_what_is_served(lambda asked: _case(asked, probe))


def told(case: Case) -> str:
    return f"“{case['question']}”: {'; '.join(case['failures'])}"


def _cases(asked: Questioning, probes: Sequence[Probe], report: Report) -> list[Case]:
    cases = []
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="probe") as pool:
        for case in pool.map(lambda probe: _case_or_silence(asked, probe), probes):
            cases.append(case)
            report(len(cases), len(probes))
    return cases


def _case_or_silence(asked: Questioning, probe: Probe) -> Case:
    """A warning never stops a build: that it got no answer is what it warns of."""
    try:
        return _case(asked, probe)
    except CannotProve as error:
        if probe.severity == Probe.Severity.BLOCKING:
            raise CannotProve(f"The probe “{probe}” could not be run. {error}") from error
        return _as_case(probe, UNANSWERED, [f"no answer: {error}"])


def _case(asked: Questioning, probe: Probe) -> Case:
    answer = asked.ask(probe.question, SECONDS)
    try:
        found = failures(probe.demands, answer)
    except BadPattern as error:  # it came in past the form
        found = [error.args[0]]
    return _as_case(probe, answer, found)


def _as_case(probe: Probe, answer: dict[str, Any], found: list[str]) -> Case:
    return {
        "probe": probe.pk,
        "question": probe.question,
        "severity": probe.severity,
        "passed": not found,
        "failures": found,
        "answer": answer,
    }


def _told(cases: Sequence[Case], failed: Sequence[Case], blocking: Sequence[Case]) -> str:
    if not cases:
        return "No probe is enabled."
    detail = f"{len(cases) - len(failed)} of {len(cases)} probes pass."
    for case in blocking[:3]:
        detail += f" The probe {told(case)}."
    if len(blocking) > 3:
        detail += f" And {len(blocking) - 3} more blocking probes fail."
    if warned := len(failed) - len(blocking):
        detail += f" Failed, but only warning: {warned}."
    return detail
