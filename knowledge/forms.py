"""The editor's form: a text, a path, and the revision that the editor started from."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES, TEXTAREA_CLASSES

from knowledge import paths, places, revisions, text, three_way
from knowledge.errors import InvalidPath, KnowledgeError, PathTaken
from knowledge.models import Document, Revision
from retrieval.diffs import Diff, diff
from retrieval.messages import told

SHOWN = 400  # lines of a difference


class MarkdownWidget(forms.Textarea):
    """A big monospace field. Its template opens with a newline, which HTML takes away: without
    it a text's own first newline would be lost at each save."""

    template_name = "knowledge/textarea.html"

    def __init__(self) -> None:
        classes = [*TEXTAREA_CLASSES, "knowledge-text"]
        super().__init__({"class": " ".join(classes), "rows": 30, "spellcheck": "true"})


class PathField(forms.CharField):
    """Where a document is, or shall be."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=paths.MAX_PATH_BYTES, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        classes = " ".join([*INPUT_CLASSES, "knowledge-path-field"])
        own = {"class": classes, "autocomplete": "off", "autocapitalize": "off"}
        return {**super().widget_attrs(widget), **own, "spellcheck": "false"}


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A new one may come filled in, and with the question that it is written for.

    `replacing`: the revision that the editor was shown as someone else's, and puts theirs over.

    Only the button beside that text sends it, so that nothing is overwritten unseen.
    """

    path = PathField(label=gettext_lazy("Path"), required=False)
    body = forms.CharField(
        label=gettext_lazy("Text"), required=False, strip=False, widget=MarkdownWidget()
    )
    expected = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    replacing = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    question = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    class Meta:
        model = Document
        fields = ["path"]

    theirs: Revision | None = None  # what someone else saved since the editor opened the form
    their_change: Diff | None = None
    my_change: Diff | None = None  # what would become of their text
    merged: three_way.Merged | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        live = self.instance.revision
        shown = live or (last_text(self.instance) if self.instance.pk else None)
        self.initial["body"] = shown.body if shown else self.initial.get("body", "")
        self.initial["expected"] = live.number if live else 0

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        try:
            text.check(body)
        except KnowledgeError as error:
            raise forms.ValidationError(
                _("This text cannot be saved: %s.") % told(error, _)
            ) from error
        return body

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._refuse_stale(cleaned)
            if not self.instance.revision:
                self._refuse_taken()
        elif "path" in cleaned:
            self._choose_path(cleaned)
        return cleaned

    def _choose_path(self, cleaned: dict[str, Any]) -> None:
        title = revisions.title_of(cleaned.get("body", ""), "")
        try:
            cleaned["path"] = new_path(cleaned["path"] or paths.suggested(title))
        except forms.ValidationError as error:
            self.add_error("path", error)

    def _refuse_taken(self) -> None:
        """A deleted document is about to come back."""
        try:
            revisions.refuse_taken(self.instance.path)
        except PathTaken as error:
            self.add_error(None, told(error, _))
        if revisions.is_live(self.instance.path):
            self.add_error(None, _("There is another document at this path by now: edit that."))

    def validate_unique(self) -> None:
        """A deleted document's path may be taken again; `new_path` refuses a live one's."""

    def _refuse_stale(self, cleaned: dict[str, Any]) -> None:
        # Locked until the save, so that nobody comes between this look and it.
        places.lock([self.instance.path])
        document = Document.objects.get(pk=self.instance.pk)
        self.instance.path = document.path  # someone may have moved it a moment ago
        live = document.revision
        number = live.number if live else 0
        if number in (cleaned.get("expected") or 0, cleaned.get("replacing")):
            cleaned["expected"] = number
            return
        if live and live.sha256 == _digest(live, cleaned.get("body")):
            cleaned["expected"] = number  # both came to the same text
            return
        self.theirs = live or document.revisions.latest("number")
        self.their_change = changes(document, cleaned.get("expected") or 0, self.theirs)
        if live and "body" in cleaned:
            self._compare(live, cleaned["body"], cleaned.get("expected") or 0)
        words = {
            "saved": _("Not saved: %(who)s saved this document after you opened it."),
            "moved": _("Not saved: %(who)s moved this document after you opened it."),
            "deleted": _("Not saved: %(who)s deleted this document after you opened it."),
        }
        kept = _("Your text is kept below.")
        self.add_error(None, f"{words[self.happened]} {kept}" % {"who": self.theirs.saved_by})

    def _compare(self, theirs: Revision, typed: str, expected: int) -> None:
        """What mine would change in theirs, and both put together."""
        mine = text.with_newlines_of(theirs.body, typed)
        self.my_change = diff(theirs.body, mine, most=SHOWN)
        before = theirs.document.revisions.filter(number=expected, deleted=False).first()
        names = (_("yours"), _("of %(who)s") % {"who": theirs.saved_by})
        self.merged = three_way.merged(before.body if before else None, mine, theirs.body, names)

    @property
    def happened(self) -> str:
        """What the other did."""
        if self.theirs is None or self.theirs.deleted:
            return "deleted"
        before = self.theirs.document.revisions.filter(number__lt=self.theirs.number)
        last = before.order_by("-number").values_list("path", flat=True).first()
        return "moved" if last not in (None, self.theirs.path) else "saved"


def new_path(typed: str) -> str:
    """The path in its one form, for a document that is to be there; raises ValidationError."""
    if not typed:
        raise forms.ValidationError(_("Where shall it be? For example ops/backups.md."))
    try:
        path = paths.clean(typed)
        revisions.refuse_taken(path)
    except (InvalidPath, PathTaken) as error:
        raise forms.ValidationError(told(error, _)) from error
    if revisions.is_live(path):
        raise forms.ValidationError(
            _("There is a document at %(path)s already."), params={"path": path}
        )
    return path


def last_text(document: Document) -> Revision | None:
    """The last text that a document had before it was deleted."""
    return document.revisions.filter(deleted=False, conflict=False).order_by("-number").first()


def changes(document: Document, expected: int, theirs: Revision) -> Diff | None:
    """What the other changed, from the text that the editor began with."""
    before = document.revisions.filter(number=expected, deleted=False).first()
    if before is None or theirs.deleted:
        return None
    return diff(before.body, theirs.body, most=SHOWN)


def _digest(live: Revision, typed: str | None) -> str:
    return "" if typed is None else text.digest(text.with_newlines_of(live.body, typed))
