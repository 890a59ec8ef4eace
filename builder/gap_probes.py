"""A gap that is answered becomes a probe: no later version may lose the answer unseen."""

from django.db import transaction

from builder import gap_answers
from builder.errors import StillUnanswered
from builder.models import Probe
from questions import gaps
from questions.models import Gap
from retrieval.messages import worded


def probe_of(gap: Gap) -> Probe | None:
    """Unless it was deleted since."""
    return Probe.objects.filter(pk=gap.probe).first() if gap.probe else None


def make(gap: Gap, *, severity: str, actor: str) -> tuple[Probe, bool]:
    """The probe, and whether it is new: question, and that the answer must cite its document.

    Asked first of what is served, so that the probe passes there. Raises StillUnanswered,
    NothingServed and CannotProve; ValidationError for a severity that is none.
    """
    verdict = gap_answers.ask_now(gap)
    document = gap_answers.preferred(gap, verdict.answer) if verdict.answer["answered"] else ""
    if not document:
        raise StillUnanswered(
            worded("#%(number)s, which is live now, does not answer it.", number=verdict.version)
        )
    with transaction.atomic():
        # Locked: a double click finds the probe of its first half.
        locked = Gap.objects.select_for_update().get(pk=gap.pk)
        if found := probe_of(locked):
            return found, False
        probe = Probe(question=gap.question, must_cite=document, severity=severity, saved_by=actor)
        probe.full_clean()
        probe.save()
        gaps.probed(gap.pk, probe.pk)
    return probe, True
