"""Documents and their revisions: a revision is an immutable row, `Document.revision` a pointer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class Door(models.TextChoices):
    """Through which door a revision came in."""

    ADMIN = "admin", _("admin")
    FOLDER = "folder", _("folder")
    API = "api", _("API")


class Document(models.Model):
    """An identity: it keeps its history when it moves, and outlives its deletion.

    While it is live, nobody else has its path; where it was deleted, others may follow.
    """

    path = models.CharField(_("path"), max_length=1000)
    revision = models.ForeignKey(
        "Revision",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("live revision"),
        help_text=_("Null when the document is deleted."),
    )
    conflict = models.ForeignKey(
        "Revision",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("conflict"),
        help_text=_("The revision that lost to a later edit, until someone saves again."),
    )

    class Meta:
        ordering = ["path"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [models.Index(fields=["path"], name="document_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["path"],
                condition=Q(revision__isnull=False),
                name="document_path_is_unique_while_live",
            ),
        ]

    def __str__(self) -> str:
        return self.path


class Place(models.Model):
    """A path, whichever documents come and go there. Its row's lock orders those who write there.

    Only the folder's reconcile changes the sum and the stat, under its lock.
    """

    path = models.CharField(max_length=1000, unique=True)
    sha256 = models.CharField(
        max_length=64,
        blank=True,
        help_text="At which folder and database last agreed; empty: neither had anything there.",
    )
    stat = models.CharField(
        max_length=120,
        blank=True,
        help_text="The file's stat when that was its content; not to be trusted after a '?'.",
    )

    def __str__(self) -> str:
        return self.path


class Revision(models.Model):
    """One text that a document had, or the mark that it was deleted; never changed, never removed.

    Where its path is another than the one before had, the document was moved. A number is higher
    than any that its document, or its path, had before: path and number name one text for ever.
    `conflict` alone is set later, on a text that lost to a later edit by the other door, and who
    settled that, when.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="revisions")
    path = models.CharField(_("path"), max_length=1000)
    number = models.PositiveIntegerField(_("revision"))
    body = models.TextField(_("text"), blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    language = models.CharField(
        _("language"),
        max_length=2,
        blank=True,
        choices=[("en", _("English")), ("fr", _("French"))],
        help_text=_("As its prose tells; empty: too little of it, or another language."),
    )
    review_by = models.DateField(
        _("review by"), null=True, blank=True, help_text=_("Its front matter's review_by.")
    )
    owner = models.CharField(
        _("owner"), max_length=150, blank=True, help_text=_("Its front matter's owner.")
    )
    deleted = models.BooleanField(_("deleted"), default=False)
    conflict = models.BooleanField(_("conflict"), default=False)
    saved_by = models.CharField(_("saved by"), max_length=150)
    saved_at = models.DateTimeField(_("saved at"))
    door = models.CharField(_("door"), max_length=10, choices=Door.choices)
    note = models.CharField(
        _("note"), max_length=200, blank=True, help_text=_("How it came about, if not by typing.")
    )
    agreed_sha = models.CharField(
        max_length=64,
        blank=True,
        help_text="Where the folder's text met another edit: on which text both last agreed.",
    )
    settled_by = models.CharField(_("settled by"), max_length=150, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        indexes = [
            models.Index(
                fields=["document"],
                condition=Q(conflict=True, settled_at=None),
                name="revision_open_conflicts",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"], name="revision_number_is_unique"
            ),
            models.UniqueConstraint(
                fields=["path", "number"], name="revision_path_and_number_are_unique"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_number_from_1"),
            models.CheckConstraint(
                condition=Q(door__in=Door.values), name="revision_door_is_known"
            ),
            models.CheckConstraint(
                condition=Q(deleted=False, sha256__gt="") | Q(deleted=True, sha256="", body=""),
                name="revision_is_a_text_or_a_deletion",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} · {self.number}"


class FolderSync(models.Model):
    """What the last reconcile of the folder left to say: one row, and none before the first."""

    rejected = models.JSONField(default=list)
    unwritten = models.JSONField(default=list)
    paused_reason = models.TextField(blank=True)
    paused_since = models.DateTimeField(null=True)
    # While it is paused: which documents' files are gone, the first of them by path.
    vanished = models.JSONField(default=list)
    vanished_count = models.PositiveIntegerField(default=0)
    vanished_sum = models.CharField(
        max_length=64, blank=True, help_text="Of all of them; empty: it cannot be confirmed."
    )

    class Meta:
        permissions = [("confirm_folder", gettext_noop("Can decide what a paused folder means"))]
        constraints = [models.CheckConstraint(condition=Q(id=1), name="folder_sync_is_one_row")]

    def __str__(self) -> str:
        return self.paused_reason or "in step"


class Quarantine(models.Model):
    """A document is served as it was at an earlier revision, until someone releases it."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="quarantines")
    revision = models.ForeignKey(
        Revision,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("served revision"),
        help_text=_("Null: the document did not exist then, and is not served."),
    )
    placed_by = models.CharField(_("placed by"), max_length=200)
    placed_at = models.DateTimeField(_("placed at"))
    reason = models.TextField(_("reason"), blank=True)
    released_by = models.CharField(_("released by"), max_length=200, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True)
    released_door = models.CharField(_("released by way of"), max_length=10, blank=True)

    class Meta:
        ordering = ["-placed_at"]
        verbose_name = _("quarantined document")
        verbose_name_plural = _("quarantined documents")
        permissions = [("release_quarantine", gettext_noop("Can release a quarantined document"))]
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(released_at__isnull=True),
                name="quarantine_one_open_per_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} · {self.revision.number if self.revision else '–'}"


# Django looks for models here.
from knowledge.bulk_models import BulkAction as BulkAction  # noqa: E402
from knowledge.bulk_models import BulkItem as BulkItem  # noqa: E402
from knowledge.import_models import Import as Import  # noqa: E402
from knowledge.import_models import ImportedFile as ImportedFile  # noqa: E402
