"""The page "Ask this version": a trial, which nobody who asks in public notices."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from retrieval.messages import told
from routing import strip, trials, versions
from routing.errors import NoSuchVersion, RoutingError
from routing.permissions import ACTIVATE

QUESTION_CHARACTERS = 4000


class TrialForm(forms.Form):
    question = forms.CharField(
        label=gettext_lazy("Question"),
        max_length=QUESTION_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 2, "required": True}),
    )


def trial_page(request: HttpRequest, admin: ModelAdmin, number: int) -> HttpResponse:
    """The form, and once it is sent what the version answered; a plain form, without JavaScript."""
    if not request.user.has_perm(ACTIVATE):
        raise PermissionDenied
    try:
        version = versions.get(number)
    except NoSuchVersion as error:
        raise Http404(str(error)) from error
    form = TrialForm(request.POST or None)
    page: dict[str, Any] = {"version": version, "trial_form": form}
    if form.is_valid():
        try:
            page["trial"] = trials.ask(number, form.cleaned_data["question"])
        except RoutingError as error:
            page["trial_error"] = told(error, _)
    return TemplateResponse(request, "routing/trial_page.html", _context(request, admin) | page)


def _context(request: HttpRequest, admin: ModelAdmin) -> dict[str, Any]:
    return {
        **admin.admin_site.each_context(request),
        **strip.context(request),
        "opts": admin.opts,
        "media": admin.media,
        "title": _("Ask a version"),
    }
