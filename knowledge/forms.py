"""The editor's form: a text, a path, and the revision that the editor started from."""

import difflib
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from unfold.widgets import TEXTAREA_CLASSES

from knowledge import paths, places, revisions, text
from knowledge.errors import InvalidPath, KnowledgeError, PathTaken
from knowledge.models import Document, Revision

LONGEST_DIFF = 6_000  # lines of both texts: difflib may take their product


class MarkdownWidget(forms.Textarea):
    """A big monospace field. Its template opens with a newline, which HTML takes away: without
    it a text's own first newline would be lost at each save."""

    template_name = "knowledge/textarea.html"

    def __init__(self) -> None:
        classes = [*TEXTAREA_CLASSES, "knowledge-text"]
        super().__init__({"class": " ".join(classes), "rows": 30, "spellcheck": "true"})


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    body = forms.CharField(label=_("Text"), required=False, strip=False, widget=MarkdownWidget())
    expected = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = Document
        fields = ["path"]

    theirs: Revision | None = None  # what someone else saved since the editor opened the form
    their_change: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        live = self.instance.revision
        shown = live or (last_text(self.instance) if self.instance.pk else None)
        self.initial["body"] = shown.body if shown else ""
        self.initial["expected"] = live.number if live else 0

    def clean_path(self) -> str:
        try:
            path = paths.clean(self.cleaned_data["path"])
            revisions.refuse_taken(path)
        except (InvalidPath, PathTaken) as error:
            raise forms.ValidationError(str(error)) from error
        if revisions.is_live(path):
            raise forms.ValidationError(_("There is a document at this path already: edit that."))
        return path

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        try:
            text.check(body)
        except KnowledgeError as error:
            raise forms.ValidationError(_("This text cannot be saved: %s.") % error) from error
        return body

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._refuse_stale(cleaned.get("expected") or 0)
        if self.instance.pk and not self.instance.revision:
            self._refuse_taken()
        return cleaned

    def _refuse_taken(self) -> None:
        """A deleted document is about to come back."""
        try:
            revisions.refuse_taken(self.instance.path)
        except PathTaken as error:
            self.add_error(None, str(error))
        if revisions.is_live(self.instance.path):
            self.add_error(None, _("There is another document at this path by now: edit that."))

    def validate_unique(self) -> None:
        """A deleted document's path may be taken again; `clean_path` refuses a live one's."""

    def _refuse_stale(self, expected: int) -> None:
        # Locked until the save, so that nobody comes between this look and it.
        places.lock([self.instance.path])
        document = Document.objects.get(pk=self.instance.pk)
        live = document.revision
        if expected == (live.number if live else 0):
            return
        self.theirs = live or document.revisions.latest("number")
        self.their_change = changes(document, expected, self.theirs)
        # Who saves once more has seen the other's text: it starts from that one.
        data = cast("QueryDict", self.data).copy()
        data["expected"] = str(live.number if live else 0)
        self.data = data
        happened = _("deleted") if self.theirs.deleted else _("saved")
        self.add_error(None, _(
            "Not saved: %(who)s %(happened)s this document after you opened it. Your text is "
            "kept in the form. Compare, then save again to put yours in place of theirs."
        ) % {"who": self.theirs.saved_by, "happened": happened})  # fmt: skip


def last_text(document: Document) -> Revision | None:
    """The last text that a document had before it was deleted."""
    return document.revisions.filter(deleted=False, conflict=False).order_by("-number").first()


def changes(document: Document, expected: int, theirs: Revision) -> list[str]:
    """What the other changed, as the lines of a diff, from the text that the editor began with."""
    before = document.revisions.filter(number=expected, deleted=False).first()
    if before is None or theirs.deleted:
        return []
    return difference(before.body, theirs.body)


def difference(before: str, after: str) -> list[str]:
    """The lines of a diff; none when both together are too long for one."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) + len(new) > LONGEST_DIFF:
        return []
    return list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
