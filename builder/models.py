"""Probes: what editors ask of every version before it may be served."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from builder import probing
from builder.probing import BadPattern, Demands
from retrieval.messages import told

DEMANDS = ("must_cite", "must_contain", "must_not_contain")


class Probe(models.Model):
    """A question, and what its answer must and must not be.

    `must_contain` and `must_not_contain` hold one text a line, matched without regard to case and
    accents; a line between two slashes is a regular expression. `must_cite` holds one document
    path a line, where `*` stands for anything. What is empty is not checked.
    """

    class Severity(models.TextChoices):
        BLOCKING = "blocking", _("Blocking: a version that fails it is not served")
        WARNING = "warning", _("Warning: it is told, and served all the same")

    question = models.TextField(_("question"), max_length=4000)
    must_cite = models.TextField(_("must cite"), blank=True)
    must_contain = models.TextField(_("must contain"), blank=True)
    must_not_contain = models.TextField(_("must not contain"), blank=True)
    severity = models.CharField(
        _("severity"), max_length=8, choices=Severity.choices, default=Severity.BLOCKING
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    saved_by = models.CharField(_("saved by"), max_length=200, blank=True, editable=False)
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("probe")
        verbose_name_plural = _("probes")

    def __str__(self) -> str:
        return self.question[:80]

    @property
    def demands(self) -> Demands:
        return Demands(*(probing.lines(getattr(self, field)) for field in DEMANDS))

    def clean(self) -> None:
        """Each field's own problem, at that field; a probe that demands nothing is one too."""
        wrong: dict[str, str | Promise] = {}
        if not self.question.strip():
            wrong["question"] = _("A probe asks a question: this one is blank.")
        for field in DEMANDS:
            if problem := _problem(getattr(self, field), is_pattern=field != "must_cite"):
                wrong[field] = problem
        if wrong:
            raise ValidationError(wrong)
        if not self.demands:
            raise ValidationError(
                _("This probe checks nothing: fill in what the answer must cite, must contain or "
                  "must not contain.")
            )  # fmt: skip


def _problem(text: str, *, is_pattern: bool) -> str | Promise:
    """Why a field can't be checked; empty when it can."""
    demanded = probing.lines(text)
    if len(demanded) > probing.MOST_LINES:
        return _("There are %(lines)d lines; %(most)d are allowed.") % {
            "lines": len(demanded), "most": probing.MOST_LINES,
        }  # fmt: skip
    try:
        probing.check_lines(demanded if is_pattern else ())
    except BadPattern as error:
        return told(error, gettext)
    return ""
