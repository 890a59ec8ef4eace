"""Many documents deleted, or brought back, by one click: what was chosen, and what became of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.work_models import Work


class BulkAction(Work):
    """One person's click on many documents. All that it deletes bears the time of the click."""

    class Kind(models.TextChoices):
        DELETE = "delete", _("deletion")
        RESTORE = "restore", _("bringing back")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    started_by = models.CharField(_("by"), max_length=150)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.started_by}"


class BulkItem(models.Model):
    """One document of it, as the page showed it to who clicked."""

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        LEFT = "left", _("left as it is")

    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="items")
    document = models.ForeignKey("Document", models.PROTECT, related_name="+")
    expected = models.PositiveIntegerField()  # the revision that was seen: a text, or its deletion
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["action", "outcome"], name="bulk_item_outcome")]

    def __str__(self) -> str:
        return f"{self.document_id} · {self.expected}"
