"""Versions of the index, the log of every switch between them, holds, and the publishing policy.

Rows change only through the named functions of versions.py, switch.py, holds.py, rejecting.py,
policy.py and recovering.py.
"""

from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from retrieval.layout import SLOTS, Layout
from routing.errors import HistoryIsKept

M = TypeVar("M", bound=models.Model)


class Kept(models.QuerySet[M]):
    """Rows that stay, whatever becomes of what they tell of."""

    def delete(self) -> NoReturn:
        raise HistoryIsKept(f"No {self.model._meta.verbose_name_raw} is ever deleted.")


class AppendOnly(Kept[M]):
    """Rows that are written once: whole-table changes are refused like those of one row."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise HistoryIsKept(f"No {self.model._meta.verbose_name_raw} is ever changed.")


class WrittenOnce(models.Model):
    """A row of the history."""

    objects = AppendOnly.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryIsKept(f"No {self._meta.verbose_name_raw} is ever changed, nor is {self}.")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise HistoryIsKept(f"No {self._meta.verbose_name_raw} is ever deleted, nor is {self}.")


class DeploymentVersion(models.Model):
    """One candidate or served state of the index: what it holds, what its checks said."""

    class State(models.TextChoices):
        BUILDING = "building", _("Building")
        VERIFYING = "verifying", _("Checking")
        READY = "ready", pgettext_lazy("state of a version", "Ready")
        ACTIVE = "active", _("Live")
        RETIRED = "retired", _("Retired")
        FAILED = "failed", pgettext_lazy("state of a version", "Failed")
        REJECTED = "rejected", _("Rejected")
        OVERTAKEN = "overtaken", _("Overtaken")
        COLLECTED = "collected", _("Collected")

    ACTIVATABLE = (State.READY, State.RETIRED)

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    state = models.CharField(
        _("state"), max_length=16, choices=State.choices, default=State.BUILDING, db_index=True
    )
    digest = models.CharField(_("digest"), max_length=64, db_index=True)
    fingerprint = models.JSONField(_("fingerprint"), default=dict)
    parent = models.PositiveBigIntegerField(_("parent"), null=True)
    documents = models.PositiveBigIntegerField(_("documents"), default=0)
    chunks = models.PositiveBigIntegerField(_("chunks"), default=0)
    embedded = models.PositiveBigIntegerField(_("chunks with an embedding"), default=0)
    changes = models.JSONField(_("changes"), default=dict)
    gate = models.JSONField(_("gate report"), default=dict)
    comparison = models.JSONField(_("answers compared"), default=dict)
    trigger = models.CharField(_("trigger"), max_length=64, blank=True)
    actor = models.CharField(_("actor"), max_length=200, blank=True)
    reason = models.TextField(_("why it is in this state"), blank=True)
    # Neither is a state: a pinned version is kept by collection, a damaged one can't return now.
    pinned = models.BooleanField(_("pinned"), default=False)
    damage = models.TextField(_("why it is unavailable"), blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    built_at = models.DateTimeField(_("built at"), null=True)
    build_seconds = models.FloatField(_("build time (s)"), null=True)
    embedding_seconds = models.FloatField(_("embedding time (s)"), null=True)
    activated_at = models.DateTimeField(_("last activated at"), null=True)
    retired_at = models.DateTimeField(_("last retired at"), null=True)
    collected_at = models.DateTimeField(_("collected at"), null=True)

    objects = Kept.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        permissions = [
            (
                "activate_deploymentversion",
                gettext_noop("Can activate a version, roll back and resume"),
            ),
            (
                "override_deploymentversion",
                gettext_noop("Can activate a version that its checks rejected"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="active"), name="routing_one_active_version"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise HistoryIsKept(f"{self.label} is never deleted: its number is not used again.")

    @property
    def label(self) -> str:
        return f"#{self.number}"

    @property
    def coverage(self) -> float:
        """The share of chunks that have an embedding: 1.0 means fully hybrid retrieval."""
        return self.embedded / self.chunks if self.chunks else 1.0

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def is_activatable(self) -> bool:
        """May be activated as far as the database knows; its folder is looked at when it is."""
        return self.state in self.ACTIVATABLE and not self.damage

    @property
    def waits(self) -> bool:
        """Proved, and not served: a hold or the policy leaves it to a person."""
        return self.state == self.State.READY

    @property
    def is_overridable(self) -> bool:
        """Its checks, or a person, said no; who has the right may serve it anyway."""
        return self.state == self.State.REJECTED and not self.damage

    @property
    def slot(self) -> str | None:
        """The slot that is assigned to this version now, read from the slot's link."""
        layout = Layout(settings.INDICES_DIR)
        return next((name for name in SLOTS if layout.slot_version(name) == self.number), None)


class Activation(WrittenOnce):
    """One switch of the traffic. The highest epoch is what is served."""

    class Kind(models.TextChoices):
        PUBLISH = "publish", pgettext_lazy("kind of activation", "Publish")
        ACTIVATE = "activate", pgettext_lazy("kind of activation", "Activate")
        ROLLBACK = "rollback", pgettext_lazy("kind of activation", "Roll back")
        RESUME = "resume", pgettext_lazy("kind of activation", "Resume")
        OVERRIDE = "override", pgettext_lazy("kind of activation", "Activate anyway")
        RECOVER = "recover", pgettext_lazy("kind of activation", "Recover")

    epoch = models.PositiveBigIntegerField(_("epoch"), primary_key=True)
    version = models.ForeignKey(
        DeploymentVersion, models.PROTECT, related_name="activations", verbose_name=_("version")
    )
    slot = models.CharField(_("backend"), max_length=8)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    actor = models.CharField(_("actor"), max_length=200)
    reason = models.TextField(_("reason"), blank=True)
    door = models.CharField(_("door"), max_length=32)
    activated_at = models.DateTimeField(_("activated at"), default=timezone.now, editable=False)
    previous = models.ForeignKey(
        DeploymentVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("from")
    )

    class Meta:
        ordering = ["-epoch"]
        verbose_name = _("activation")
        verbose_name_plural = _("activations")

    def __str__(self) -> str:
        return f"{self.epoch}: #{self.version_id} on {self.slot}"


class Hold(models.Model):
    """Automatic activation is stopped, from `placed_at` until someone lifts it."""

    placed_by = models.CharField(_("placed by"), max_length=200)
    placed_at = models.DateTimeField(_("placed at"), default=timezone.now, editable=False)
    reason = models.TextField(_("reason"), blank=True)
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lifted_by = models.CharField(_("lifted by"), max_length=200, blank=True)
    lifted_door = models.CharField(_("lifted by way of"), max_length=32, blank=True)

    class Meta:
        ordering = ["-placed_at"]
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(
                ExpressionWrapper(Q(lifted_at__isnull=True), output_field=BooleanField()),
                condition=Q(lifted_at__isnull=True),
                name="routing_one_open_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.placed_by}, {self.placed_at:%Y-%m-%d %H:%M}"


class Decision(WrittenOnce):
    """What a person decided about a version, other than to switch to it."""

    class Kind(models.TextChoices):
        REJECT = "reject", pgettext_lazy("kind of decision", "Reject")
        PIN = "pin", pgettext_lazy("kind of decision", "Pin")
        UNPIN = "unpin", pgettext_lazy("kind of decision", "Unpin")

    version = models.ForeignKey(
        DeploymentVersion, models.PROTECT, related_name="decisions", verbose_name=_("version")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    actor = models.CharField(_("actor"), max_length=200)
    reason = models.TextField(_("reason"), blank=True)
    door = models.CharField(_("door"), max_length=32)
    decided_at = models.DateTimeField(_("decided at"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.version_id}, {self.actor}"


class PolicyChange(WrittenOnce):
    """Who decided whether proved versions go live by themselves; the latest row is what counts."""

    class Policy(models.TextChoices):
        AUTO = "auto", _("Automatic")
        MANUAL = "manual", _("A person decides")

    policy = models.CharField(_("policy"), max_length=8, choices=Policy.choices)
    changed_by = models.CharField(_("changed by"), max_length=200)
    door = models.CharField(_("door"), max_length=32, default="admin")
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("policy change")
        verbose_name_plural = _("policy changes")
        permissions = [("change_policy", gettext_noop("Can switch the publishing policy"))]

    def __str__(self) -> str:
        return f"{self.get_policy_display()}, {self.changed_by}"
