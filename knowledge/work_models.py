"""Long work that a person asked for: its rows say how far it has come, whoever goes on with it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Work(models.Model):
    """Confirmed by a person, then done batch by batch (running), then done."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("to be confirmed")
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
