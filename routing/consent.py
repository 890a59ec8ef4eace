"""What a switch may ask beside its reason: which documents are to blame, and if words alone do."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ConsentForm(forms.Form):
    """`paths`: what a rollback can blame. `why_lexical`: why it would answer by words alone."""

    blamed = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("%(value)s does not differ between the two any more.")},
    )  # fmt: skip
    lexical = forms.BooleanField(
        error_messages={"required": _("Tick the box to go on, or choose another version.")}
    )

    def __init__(
        self, data: Any = None, *, paths: Sequence[str] = (), why_lexical: str = ""
    ) -> None:
        super().__init__(data)
        self.why_lexical = why_lexical
        self.paths = paths
        blamed = self.fields["blamed"]
        assert isinstance(blamed, forms.MultipleChoiceField)
        blamed.choices = [(path, path) for path in paths]
        if not why_lexical:
            del self.fields["lexical"]

    def wish(self) -> dict[str, Any]:
        """As `activation.activate` takes it."""
        given = self.cleaned_data
        return {"quarantine": given["blamed"], "lexical": given.get("lexical", False)}
