"""Uploads of many files: what was in one, what it would do, and what became of each file."""

import re
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from knowledge.work_models import Work


class Import(Work):
    """One upload: looked at first (preview), then taken in batch by batch (running), then done."""

    name = models.CharField(_("upload"), max_length=300)
    folder = models.CharField(_("into the folder"), max_length=1000, blank=True)
    uploaded_by = models.CharField(_("by"), max_length=150)
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        default_permissions = ()
        permissions = [
            ("import_documents", gettext_noop("Can import many documents at once")),
            ("export_documents", gettext_noop("Can export all documents with their history")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> str:
        """Its name; of many files at once, which have none, how many there are."""
        count = re.fullmatch(r"(\d+) files", self.name)
        if not count:
            return self.name
        n = int(count[1])
        return ngettext("%(n)d file", "%(n)d files", n) % {"n": n}

    @property
    def texts(self) -> Path:
        """The texts that it may bring, one after the other."""
        return settings.IMPORTS_DIR / f"{self.id}.texts"


class ImportedFile(models.Model):
    """A file of an upload. `fate` is what the preview says, `outcome` what the import did."""

    class Fate(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        SAME = "same", _("same")
        REFUSED = "refused", _("refused")
        SKIPPED = "skipped", _("skipped")

    class Outcome(models.TextChoices):
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")
        SAME = "same", _("same")
        CONFLICT = "conflict", _("conflict")
        REFUSED = "refused", _("refused")

    upload = models.ForeignKey(Import, models.CASCADE, related_name="files")
    path = models.CharField(max_length=1000)  # as the upload names it, while it is refused
    fate = models.CharField(max_length=10, choices=Fate.choices, default=Fate.NEW)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True)
    expected = models.PositiveIntegerField(default=0)  # the live revision that the preview saw
    sha256 = models.CharField(max_length=64, blank=True)
    offset = models.PositiveBigIntegerField(default=0)  # in the import's texts, in bytes
    size = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["path", "id"]
        default_permissions = ()
        indexes = [models.Index(fields=["upload", "outcome", "fate"], name="imported_file_state")]

    def __str__(self) -> str:
        return self.path
