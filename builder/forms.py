"""The form of a probe: what each field wants, and the button that tries it without saving it."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from builder.models import Probe

TRY = "_try"  # the name of that button


def _lines(rows: int) -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget({"rows": rows})


class ProbeForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Probe
        fields = [
            "question", "must_cite", "must_contain", "must_not_contain", "severity", "enabled",
        ]  # fmt: skip
        widgets = {
            "question": _lines(2),
            "must_cite": _lines(2),
            "must_contain": _lines(3),
            "must_not_contain": _lines(3),
        }
        help_texts = {
            "question": _(
                "As a person would ask it. It is asked of each new version before that version "
                "may be served, and answered in the documents' own words."
            ),
            "must_cite": _(
                "One document a line. * stands for anything: ops/*.md. For each line the answer "
                "must cite a document that fits."
            ),
            "must_contain": _(
                "One text a line; the answer must contain each. Case and accents make no "
                "difference. A line between slashes is a regular expression: /restart(s|ed)?/."
            ),
            "must_not_contain": _("The same, for what the answer must not contain."),
            "severity": _("What happens when a version fails this probe."),
            "enabled": _(
                "A probe judges the versions that come after it. It takes nothing back: what is "
                "ready or served when you save it stays so. A version that only probes rejected "
                "is tried again when you save."
            ),
        }

    @property
    def is_trial(self) -> bool:
        """Whether it was sent to be tried, and can be."""
        return TRY in self.data and not self.errors

    def is_valid(self) -> bool:
        """A trial is never saved: the admin shows the form again, filled in as it was."""
        return super().is_valid() and TRY not in self.data
