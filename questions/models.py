"""What people asked and said of answers, as it was logged, and how far each log file is read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from questions.gap_models import Gap as Gap
from questions.gap_models import GapTerm as GapTerm


class Question(models.Model):
    """One question and how it ended; the answer itself is not kept."""

    identifier = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField(_("asked at"), db_index=True)
    question = models.TextField(_("question"))
    answered = models.BooleanField(_("answered"))
    version = models.PositiveBigIntegerField(_("version"))
    slot = models.CharField(_("backend"), max_length=8)
    generator = models.CharField(_("answered by"), max_length=200)
    retrieval = models.CharField(_("retrieval"), max_length=16)
    seconds = models.FloatField(_("seconds"))
    documents = models.JSONField(_("documents cited"), default=list)
    language = models.CharField(_("language"), max_length=8, blank=True)
    nearest = models.JSONField(_("nearest documents"), default=list)
    gap = models.ForeignKey(Gap, models.SET_NULL, null=True, editable=False, related_name="askings")

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=models.Q(answered=False, gap=None),
                name="question_without_a_gap",
            ),
        ]
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.question[:80]


class Feedback(models.Model):
    """What a reader said of an answer; not who."""

    class Kind(models.TextChoices):
        HELPFUL = "helpful", _("helpful")
        UNHELPFUL = "unhelpful", _("not helpful")
        GAP = "gap", _("reported as a gap")

    DISSATISFIED = (Kind.UNHELPFUL, Kind.GAP)

    identifier = models.CharField(max_length=64, unique=True, editable=False)
    given_at = models.DateTimeField(_("given at"), db_index=True)
    question = models.TextField(_("question"))
    version = models.PositiveBigIntegerField(_("version"))
    kind = models.CharField(_("said"), max_length=16, choices=Kind.choices)
    comment = models.TextField(_("comment"), blank=True)
    gap = models.ForeignKey(
        Gap, models.SET_NULL, null=True, editable=False, related_name="feedback"
    )

    class Meta:
        ordering = ["-given_at", "-id"]
        indexes = [
            models.Index(
                fields=["given_at"],
                condition=models.Q(kind__in=["unhelpful", "gap"], gap=None),
                name="feedback_without_a_gap",
            ),
        ]
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")

    def __str__(self) -> str:
        return self.question[:80]


class LogFile(models.Model):
    """How many bytes of a log file are imported; it moves in the transaction that imports them."""

    name = models.CharField(max_length=255, unique=True)
    offset = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}, {self.offset} bytes read"
