"""What an operator says when switching: why, and which state of things they saw."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from routing import reasons
from routing.models import PolicyChange
from routing.versions import LARGEST


class SwitchForm(forms.Form):
    # The epoch that the page showed: without it, two operators could undo each other unseen.
    epoch = forms.IntegerField(min_value=0, max_value=LARGEST, widget=forms.HiddenInput)

    def words(self) -> str:
        """The choice in English, as the log keeps it, then the note as it was typed."""
        told = (self.cleaned_data.get(name) for name in ("reason", "note"))
        return ": ".join(filter(None, told))


class ActivateForm(SwitchForm):
    note = forms.CharField(
        label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class RollbackForm(ActivateForm):
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(choice, capfirst(words)) for choice, words in reasons.CHOICES.items()],
        widget=forms.RadioSelect,
    )


class WhyForm(forms.Form):
    """A decision that is only taken with a reason."""

    reason = forms.CharField(
        label=_("Why?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the reason is kept in the history.")},
    )  # fmt: skip


class OverrideForm(WhyForm, SwitchForm):
    """To activate what was rejected."""


class PolicyForm(WhyForm):
    policy = forms.ChoiceField(choices=PolicyChange.Policy.choices, widget=forms.HiddenInput)
