"""Tokens: how a program comes in, with the rights of the person who made it; failed logins."""

from django.contrib.auth.models import User
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 60


class Token(models.Model):
    """What is kept of a token: never the token itself. A revoked one stays, to be read about."""

    user = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="tokens",
        verbose_name=_("acts for"),
        help_text=_("The token may do what this person may, and no more."),
    )
    name = models.CharField(
        _("name"),
        max_length=NAME_LENGTH,
        validators=[
            RegexValidator(r"^[\w .@+/-]+\Z", _("Letters, digits, spaces and @/./+/-/_ only."))
        ],
        help_text=_("What it is for: histories show it beside the person's name."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(
        _("ends at"), null=True, blank=True, help_text=_("UTC; empty: until it is revoked.")
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    revoked_by = models.CharField(_("revoked by"), max_length=150, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        default_permissions = ["view", "add", "change"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=Q(revoked_at__isnull=True),
                name="access_token_name_is_one",
                violation_error_message=_("This person has a token of that name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LoginAttempt(models.Model):
    """One that failed, or is about to be made; a right password removes those of its account."""

    account = models.CharField(max_length=64)  # a keyed sum of the name that was typed
    address = models.CharField(max_length=50)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["address", "account"], name="access_attempt_address"),
            models.Index(fields=["at"], name="access_attempt_at"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.at:%H:%M:%S}"
