"""The two login forms, which both make who fails too often wait."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.forms import AuthenticationForm as UnfoldForm

from access import attempts

if TYPE_CHECKING:
    Form = AuthenticationForm
else:
    Form = object


class _Limited(Form):
    wait = 0  # seconds until the next attempt

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        if self.request is None or not username or not self.cleaned_data.get("password"):
            return super().clean()
        try:
            attempts.note(self.request, username)
        except attempts.TooManyAttempts as refused:
            self.wait = refused.seconds
            raise ValidationError(_too_many(refused.seconds), code="too_many") from refused
        cleaned: dict[str, Any] = super().clean()
        attempts.forgive(self.request, username)
        return cleaned


class ChatLogin(_Limited, AuthenticationForm):
    pass


class AdminLogin(_Limited, UnfoldForm):  # type: ignore[misc]  # Unfold has no types
    pass


def _too_many(seconds: int) -> str:
    if seconds < 90:
        words = ngettext(
            "Too many failed attempts. You can try again in %(n)d second.",
            "Too many failed attempts. You can try again in %(n)d seconds.",
            seconds,
        )
        return words % {"n": seconds}
    minutes = -(-seconds // 60)
    return _("Too many failed attempts. You can try again in %(n)d minutes.") % {"n": minutes}
