"""What the documents do not answer: questions that are alike, as one gap."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Gap(models.Model):
    """Questions that nothing answered, or whose answer did not help; what became of it.

    It lives as long as one of its questions is kept. `asked` counts askings without a useful
    answer, `reported` what readers said of them.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        STARTED = "started", _("document started")
        ANSWERED = "answered", _("answered now")
        DISMISSED = "dismissed", _("dismissed")

    question = models.TextField(_("question"), help_text=_("As it was first asked."))
    folded = models.TextField(help_text="Without case and accents, for the search.")
    language = models.CharField(_("language"), max_length=8, blank=True)
    key = models.CharField(max_length=64, db_index=True, help_text="The sum of its terms.")
    size = models.PositiveIntegerField(help_text="How many terms it has.")
    analyser = models.CharField(max_length=64, help_text="That made the terms.")
    asked = models.PositiveIntegerField(_("asked"), default=0)
    reported = models.PositiveIntegerField(_("reported"), default=0)
    first_asked = models.DateTimeField(_("first asked"))
    last_asked = models.DateTimeField(_("last asked"))
    nearest = models.JSONField(_("nearest documents"), default=list)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.OPEN)
    decided_by = models.CharField(_("by"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("at"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    document = models.CharField(
        _("document"), max_length=1000, blank=True, help_text=_("Started, or answering it.")
    )
    checked_in = models.PositiveBigIntegerField(
        default=0, help_text="The newest version that is known not to answer it."
    )
    answered_in = models.PositiveBigIntegerField(_("answered in"), null=True)
    probe = models.PositiveBigIntegerField(null=True, help_text="The builder's, by its number.")

    class Meta:
        ordering = ["-asked", "-reported", "-last_asked", "-id"]
        verbose_name = _("gap")
        verbose_name_plural = _("gaps")
        default_permissions = ["view", "change"]
        indexes = [
            models.Index(fields=["state", "checked_in"], name="gap_to_check"),
            models.Index(fields=["state", "-asked", "-reported"], name="gap_most_asked"),
        ]

    def __str__(self) -> str:
        return self.question[:120]


class GapTerm(models.Model):
    """A content word of a gap's question: by these the gaps that are alike are found."""

    gap = models.ForeignKey(Gap, models.CASCADE, related_name="terms")
    term = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "gap"], name="gap_term_is_one")]

    def __str__(self) -> str:
        return self.term
