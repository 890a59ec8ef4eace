"""The conflicts that wait, and one of them: both texts against their base; choose, or merge."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from knowledge import conflicts, text, three_way
from knowledge.errors import ConflictSettled, KnowledgeError, StaleRevision
from knowledge.forms import MarkdownWidget
from knowledge.models import Door, Revision
from knowledge.page_parts import ADD, CHANGE, VIEW, number, render, require
from knowledge.shown import username
from retrieval.diffs import Diff, diff, lines_of
from retrieval.messages import told

PER_PAGE = 50
LIVE, LOST, MERGED = "live", "lost", "merged"
LIST = "admin:knowledge_conflicts"


def conflicts_page(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    require(request, VIEW, CHANGE)
    shown = Paginator(conflicts.open_ones(), PER_PAGE).get_page(request.GET.get("page"))
    page = {"title": _("Conflicts"), "shown": shown}
    return render(request, admin, "knowledge/conflicts.html", page)


def conflict_page(request: HttpRequest, admin: ModelAdmin, revision: int) -> HttpResponse:
    """Whoever settles it says which live text they saw; another by now is shown first."""
    require(request, VIEW, CHANGE)
    lost = get_object_or_404(_all(), pk=revision)
    refused: KnowledgeError | None = None
    form = MergeForm(request.POST or None)
    if request.method == "POST":
        require(request, CHANGE if lost.document.revision else ADD)
        try:
            if request.POST.get("choice") != MERGED or form.is_valid():
                return _settled(request, lost, form)
        except KnowledgeError as error:
            refused = error
            lost = _all().get(pk=revision)
    status = 409 if refused else 200
    return render(
        request, admin, "knowledge/conflict_page.html", _page(request, lost, form, refused),
        status=status,
    )  # fmt: skip


class MergeForm(forms.Form):
    body = forms.CharField(required=False, strip=False, widget=MarkdownWidget())

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        try:
            text.check(body)
        except KnowledgeError as error:
            raise forms.ValidationError(
                _("This text cannot be saved: %s.") % told(error, _)
            ) from error
        if line := three_way.first_mark(body):
            raise forms.ValidationError(
                _("Not saved: line %(n)d is a conflict mark still. Choose there, then save again."),
                params={"n": line},
            )
        return body


def _all() -> Any:
    found = Revision.objects.filter(conflict=True, deleted=False)
    return found.select_related("document__revision")


def _page(
    request: HttpRequest, lost: Revision, form: MergeForm, refused: KnowledgeError | None
) -> dict[str, Any]:
    conflict = conflicts.of(lost)
    merged = conflict.merged()
    if not (form.is_bound and "body" in form.data):
        form = MergeForm(initial={"body": merged.text if merged else lost.body})
    typed = form["body"].value() or ""
    form.fields["body"].widget.attrs["rows"] = min(30, max(8, len(lines_of(typed)) + 1))
    needed = CHANGE if conflict.live else ADD
    return {
        "title": _("Conflict"),
        "conflict": conflict,
        "sides": _sides(conflict),
        "between": diff(conflict.live.body if conflict.live else "", lost.body),
        "merged": merged,
        "form": form,
        "refused": told(refused, _) if refused else "",
        "their_change": _their_change(request, conflict)
        if isinstance(refused, StaleRevision)
        else None,
        "may_settle": request.user.has_perm(needed) and not lost.settled_at,
        "others": conflicts.open_ones().filter(document=lost.document).exclude(pk=lost.pk),
    }


def _sides(conflict: conflicts.Conflict) -> list[dict[str, Any]]:
    """The text that is live, and the one that was kept aside, each with its edit of the base."""
    base = conflict.base.body if conflict.base else None
    return [
        {
            "which": which,
            "revision": revision,
            "diff": diff(base, revision.body) if base is not None else None,
        }
        for which, revision in ((LIVE, conflict.live), (LOST, conflict.lost))
        if revision
    ]


def _their_change(request: HttpRequest, conflict: conflicts.Conflict) -> Diff | None:
    """What someone saved since the page was shown."""
    seen = number(request.POST.get("expected"))
    before = conflict.lost.document.revisions.filter(number=seen, deleted=False).first()
    return diff(before.body, conflict.live.body) if before and conflict.live else None


def _settled(request: HttpRequest, lost: Revision, form: MergeForm) -> HttpResponse:
    choice, path = request.POST.get("choice"), lost.document.path
    expected, actor = number(request.POST.get("expected")), username(request)
    try:
        if choice == LIVE:
            conflicts.keep_live(lost, actor=actor, expected=expected)
            words = _("Settled: %(path)s stays as it is.")
        elif choice == LOST:
            _resolve(lost, None, actor, expected)
            words = _("Settled: the text that was kept aside is the current one of %(path)s.")
        else:
            _resolve(lost, form.cleaned_data["body"], actor, expected)
            words = _("Settled: the merged text is the current one of %(path)s.")
    except ConflictSettled as error:
        messages.warning(
            request, _("%s Someone else was first; nothing was done.") % told(error, _)
        )
    else:
        messages.success(request, words % {"path": path})
    return HttpResponseRedirect(reverse(LIST))


def _resolve(lost: Revision, merged_text: str | None, actor: str, expected: int) -> None:
    conflicts.resolve(lost, merged_text, actor=actor, door=Door.ADMIN, expected=expected)
